import type { HostProfileSpec, ProfileFile } from '../../../../schema/generated/types.ts';

const KUBECONFIG = `apiVersion: v1
kind: Config
clusters:
  - name: {{ containerManager.name | json }}
    cluster:
      server: {{ containerManager.server | json }}
{%- if containerManager.ca %}
      certificate-authority: /etc/kubernetes/ca.crt
{%- endif %}
users:
  - name: {{ host.name | json }}
    user:
{%- if containerManager.credentials == "token" %}
      tokenFile: /etc/kubernetes/token
{%- elsif containerManager.credentials == "certificate" %}
      client-certificate: /etc/kubernetes/client.crt
      client-key: /etc/kubernetes/client.key
{%- else %} {}
{%- endif %}
contexts:
  - name: node
    context:
      cluster: {{ containerManager.name | json }}
      user: {{ host.name | json }}
current-context: node
`;

const KUBELET_CONFIG = `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: {{ vars.kubeletAddress | json }}
authentication:
  anonymous:
    enabled: false
  webhook:
    enabled: true
{%- if containerManager.ca %}
  x509:
    clientCAFile: /etc/kubernetes/ca.crt
{%- endif %}
authorization:
  mode: Webhook
cgroupDriver: {{ vars.cgroupDriver | json }}
containerRuntimeEndpoint: {{ vars.criEndpoint | json }}
{%- if vars.clusterDns != "" %}
clusterDNS: [{{ vars.clusterDns | json }}]
clusterDomain: {{ vars.clusterDomain | json }}
{%- endif %}
`;

const KUBE_PROXY_CONFIG = `apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clientConnection:
  kubeconfig: /etc/kubernetes/kubeconfig
hostnameOverride: {{ host.name | json }}
{%- if network.options.network %}
clusterCIDR: {{ network.options.network | json }}
{%- endif %}
`;

const KUBELET_ARGUMENTS =
  '--config=/etc/kubernetes/kubelet.yaml --kubeconfig=/etc/kubernetes/kubeconfig --hostname-override={{ host.name }}';
const KUBE_PROXY_ARGUMENTS = '--config=/etc/kubernetes/kube-proxy.yaml';

function unit(description: string, command: string, after: string): string {
  return `[Unit]
Description=${description}
After=network-online.target ${after}
Wants=network-online.target

[Service]
ExecStart=${command}
Restart=always
RestartSec=10

[Install]
WantedBy=multi-user.target
`;
}

const BOTH = ['kubelet', 'kube-proxy'];
const SYSTEMD_FILES: ProfileFile[] = [
  {
    path: '/etc/systemd/system/kubelet.service',
    template: unit('Kubernetes node agent', `{{ vars.kubeletBinary }} ${KUBELET_ARGUMENTS}`, 'docker.service'),
    restarts: ['kubelet'],
  },
  {
    path: '/etc/systemd/system/kube-proxy.service',
    template: unit('Kubernetes service proxy', `{{ vars.kubeProxyBinary }} ${KUBE_PROXY_ARGUMENTS}`, 'kubelet.service'),
    restarts: ['kube-proxy'],
  },
];

export const KUBERNETES_NODE: HostProfileSpec = {
  description: 'A node of the Kubernetes cluster that the ContainerManager names',
  extends: ['docker-flannel'],
  requires: ['containerManager'],
  variables: {
    kubeletBinary: '/usr/bin/kubelet',
    kubeProxyBinary: '/usr/bin/kube-proxy',
    kubeletAddress: '0.0.0.0',
    cgroupDriver: 'systemd',
    criEndpoint: 'unix:///run/containerd/containerd.sock',
    clusterDns: '',
    clusterDomain: 'cluster.local',
  },
  files: [
    { path: '/etc/kubernetes/ca.crt', from: 'containerManager.ca', optional: true, mode: '0644', restarts: BOTH },
    {
      path: '/etc/kubernetes/client.crt',
      from: 'containerManager.clientCertificate',
      optional: true,
      mode: '0644',
      restarts: BOTH,
    },
    { path: '/etc/kubernetes/client.key', from: 'containerManager.clientKey', optional: true, restarts: BOTH },
    { path: '/etc/kubernetes/token', from: 'containerManager.token', optional: true, restarts: BOTH },
    { path: '/etc/kubernetes/kubeconfig', template: KUBECONFIG, mode: '0600', restarts: BOTH },
    { path: '/etc/kubernetes/kubelet.yaml', template: KUBELET_CONFIG, restarts: ['kubelet'] },
    { path: '/etc/kubernetes/kube-proxy.yaml', template: KUBE_PROXY_CONFIG, restarts: ['kube-proxy'] },
  ],
  services: [{ name: 'kubelet' }, { name: 'kube-proxy' }],
  families: {
    // kube-proxy has no package of its own in the archives of Kubernetes and Debian: see the README.
    apt: { packages: ['kubelet'], files: SYSTEMD_FILES },
    dnf: { packages: ['kubernetes-node'], files: SYSTEMD_FILES },
    zypper: { packages: ['kubernetes-kubelet'], files: SYSTEMD_FILES },
    apk: {
      packages: ['kubelet', 'kube-proxy'],
      variables: { cgroupDriver: 'cgroupfs' },
      files: [
        { path: '/etc/conf.d/kubelet', template: `command_args="${KUBELET_ARGUMENTS}"\n`, restarts: ['kubelet'] },
        {
          path: '/etc/conf.d/kube-proxy',
          content: `command_args="${KUBE_PROXY_ARGUMENTS}"\n`,
          restarts: ['kube-proxy'],
        },
      ],
    },
  },
};
