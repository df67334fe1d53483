/** A variable that templates of HostProfiles see. */
export interface TemplateVariable {
  /** `host.labels.<label>`: what stands in angles is any name. */
  name: string;
  meaning: string;
  /** The names under which Commissaire had it. */
  was?: readonly string[];
}

/** Everything that templates see. Validation, rendering and the reference all go by this table. */
export const TEMPLATE_VARIABLES: readonly TemplateVariable[] = [
  { name: 'fleet.name', meaning: "Name of the fleet in the daemon's configuration." },
  { name: 'cluster.name', meaning: 'Name of the Cluster.' },
  { name: 'host.name', meaning: 'Name of the Host.' },
  {
    name: 'host.address',
    meaning: 'IP address or DNS name of the Host.',
    was: ['commissaire_bootstrap_ip', 'commissaire_targets'],
  },
  {
    name: 'host.labels.<label>',
    meaning: 'A label of the Host; one with other signs than `_` as `host.labels["a/b"]`.',
  },
  { name: 'host.os', meaning: 'Its operating system, as `/etc/os-release` has it: `debian`.' },
  { name: 'host.osVersion', meaning: 'The version of that: `12`.' },
  { name: 'host.architecture', meaning: '`x86_64`, `aarch64`, …' },
  { name: 'host.cpus', meaning: 'Number of its processors.' },
  { name: 'host.memoryKb', meaning: 'Its memory in kB.' },
  { name: 'host.family', meaning: '`apt`, `dnf`, `yum`, `zypper`, `apk`, `rpm-ostree` or `bootc`.' },
  { name: 'network.name', meaning: "Name of the cluster's Network." },
  { name: 'network.type', meaning: '`flannel_etcd` or `flannel_server`.' },
  {
    name: 'network.options.address',
    meaning: '`host:port` of the flannel server.',
    was: ['commissaire_flanneld_server'],
  },
  { name: 'network.options.network', meaning: 'The address range of the whole network.' },
  { name: 'network.options.subnetLen', meaning: 'Prefix length of the part that each host gets.' },
  { name: 'network.options.backend', meaning: 'How packets travel between hosts.' },
  { name: 'containerManager.name', meaning: "Name of the cluster's ContainerManager." },
  {
    name: 'containerManager.type',
    meaning: '`kubernetes`, `openshift` or `trivial`.',
    was: ['commissaire_cluster_type'],
  },
  {
    name: 'containerManager.server',
    meaning: 'URL of its API.',
    was: [
      'commissaire_kubernetes_api_server_url',
      'commissaire_kubernetes_api_server_scheme',
      'commissaire_kubernetes_api_server_host',
      'commissaire_kubernetes_api_server_port',
    ],
  },
  { name: 'containerManager.credentials', meaning: '`token`, `certificate` or `none`: what it names.' },
  { name: 'containerManager.ca', meaning: 'Whether it names a certificate authority: `true` or `false`.' },
  {
    name: 'etcd.endpoints',
    meaning: 'List of the URLs of the etcd that flannel asks.',
    was: ['commissaire_etcd_server_url', 'commissaire_etcd_scheme', 'commissaire_etcd_host', 'commissaire_etcd_port'],
  },
  { name: 'etcd.ca', meaning: 'Whether there is a certificate authority for it: `true` or `false`.' },
  {
    name: 'etcd.clientCertificate',
    meaning: 'Whether there is a client certificate for it: `true` or `false`.',
    was: ['commissaire_etcd_use_cert'],
  },
  { name: 'vars.<name>', meaning: 'A text of `variables` of the profile, or of one that it extends.' },
];

/** What Commissaire's templates and playbooks had a variable for, and where it is said today instead. */
export const NO_LONGER_VARIABLES: readonly { was: readonly string[]; now: string }[] = [
  {
    was: ['commissaire_docker_registry_host', 'commissaire_docker_registry_port'],
    now: '`variables.registryMirror` of a profile that extends `docker`, as a URL',
  },
  { was: ['commissaire_flannel_key'], now: '`variables.flannelPrefix` of a profile that extends `docker-flannel`' },
  { was: ['commissaire_kubernetes_bearer_token'], now: 'a file with `from: containerManager.token`' },
  {
    was: ['commissaire_kubernetes_client_cert_path_local', 'commissaire_kubernetes_client_key_path_local'],
    now: 'files with `from: containerManager.clientCertificate` and `from: containerManager.clientKey`',
  },
  {
    was: [
      'commissaire_etcd_ca_path_local',
      'commissaire_etcd_client_cert_path_local',
      'commissaire_etcd_client_key_path_local',
    ],
    now: 'files with `from: etcd.ca`, `from: etcd.clientCertificate` and `from: etcd.clientKey`',
  },
  {
    was: [
      'commissaire_kubernetes_client_cert_path',
      'commissaire_kubernetes_client_key_path',
      'commissaire_etcd_ca_path',
      'commissaire_etcd_client_cert_path',
      'commissaire_etcd_client_key_path',
      'commissaire_docker_config',
      'commissaire_flanneld_config',
      'commissaire_kubernetes_config',
      'commissaire_kubeconfig_config',
    ],
    now: '`path` of the file',
  },
  {
    was: [
      'commissaire_docker_config_local',
      'commissaire_flanneld_config_local',
      'commissaire_kubernetes_config_local',
      'commissaire_kubeconfig_config_local',
    ],
    now: '`template` of the file',
  },
  {
    was: ['commissaire_install_docker', 'commissaire_install_flannel', 'commissaire_install_kube'],
    now: '`packages`, in common or under `families`',
  },
  { was: ['commissaire_enable_pkg_repos'], now: '`repositories`, or a command with a guard' },
  { was: ['commissaire_install_libselinux_python'], now: 'nothing: no Python is needed on hosts' },
  {
    was: [
      'commissaire_docker_service',
      'commissaire_flannel_service',
      'commissaire_kubelet_service',
      'commissaire_kubeproxy_service',
    ],
    now: '`services`, in common or under `families`',
  },
  {
    was: ['commissaire_restart_command', 'commissaire_upgrade_command'],
    now: 'an Operation of type `restart` or `upgrade`',
  },
];
