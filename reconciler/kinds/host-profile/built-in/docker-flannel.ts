import type { HostProfileSpec, ProfileFile } from '../../../../schema/generated/types.ts';

/** etcd's own flags, and only where it is etcd that flannel asks. */
const FLANNEL_OPTIONS = `
{%- if network.type == "flannel_server" -%}
--remote={{ network.options.address }}
{%- else -%}
--etcd-endpoints={% if vars.etcdEndpoints != "" %}{{ vars.etcdEndpoints }}{% else %}{{ etcd.endpoints | join: "," }}{% endif %} --etcd-prefix={{ vars.flannelPrefix }}
{%- if etcd.ca %} --etcd-cafile=/etc/flannel/etcd-ca.crt{% endif %}
{%- if etcd.clientCertificate %} --etcd-certfile=/etc/flannel/etcd-client.crt --etcd-keyfile=/etc/flannel/etcd-client.key{% endif %}
{%- endif -%}
{%- if vars.flannelOptions != "" %} {{ vars.flannelOptions }}{% endif -%}
`.trim();

/** The part of the network that flannel was given, for docker; flannel's own script for that has another place in each distribution. */
const DOCKER_OPTIONS_SCRIPT = `#!/bin/sh
. /run/flannel/subnet.env
echo "{{ vars.dockerVariable }}=\\"--bip=$FLANNEL_SUBNET --mtu=$FLANNEL_MTU --ip-masq=false\\"" > /run/flannel/docker
`;

const UNIT = `[Unit]
Description=Flannel overlay network
After=network-online.target
Wants=network-online.target
Before=docker.service

[Service]
Type=notify
EnvironmentFile=/etc/flannel/options
ExecStart={{ vars.flannelBinary }} $FLANNEL_OPTIONS
ExecStartPost=/bin/sh /etc/flannel/docker-options
Restart=on-failure
RestartSec=5

[Install]
WantedBy=multi-user.target
`;

const DOCKER_DROP_IN = `[Unit]
After=flanneld.service

[Service]
EnvironmentFile=-/run/flannel/docker
`;

const OPENRC_SCRIPT = `#!/sbin/openrc-run
supervisor=supervise-daemon
name="Flannel overlay network"
command="{{ vars.flannelBinary }}"

depend() {
	need net
	before docker
}

start_pre() {
	. /etc/flannel/options
	command_args="$FLANNEL_OPTIONS"
}

start_post() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		[ -f /run/flannel/subnet.env ] && break
		sleep 1
	done
	sh /etc/flannel/docker-options
}
`;

const BOTH = ['flanneld', 'docker'];
const OPTIONS_FILE: ProfileFile = {
  path: '/etc/flannel/options',
  template: `FLANNEL_OPTIONS="${FLANNEL_OPTIONS}"\n`,
  restarts: BOTH,
};
const SYSTEMD_FILES: ProfileFile[] = [
  { path: '/etc/systemd/system/flanneld.service', template: UNIT, restarts: BOTH },
  { path: '/etc/systemd/system/docker.service.d/flannel.conf', content: DOCKER_DROP_IN, restarts: ['docker'] },
];

export const DOCKER_FLANNEL: HostProfileSpec = {
  description: 'Docker on the network of the cluster, by flannel',
  extends: ['docker'],
  requires: ['network'],
  variables: {
    flannelPrefix: '/coreos.com/network',
    etcdEndpoints: '',
    flannelOptions: '',
    flannelBinary: '/usr/bin/flanneld',
    // What the unit of the distribution's docker takes options from.
    dockerVariable: 'DOCKER_OPTS',
  },
  packages: ['flannel'],
  files: [
    { path: '/etc/flannel/etcd-ca.crt', from: 'etcd.ca', optional: true, mode: '0644', restarts: ['flanneld'] },
    {
      path: '/etc/flannel/etcd-client.crt',
      from: 'etcd.clientCertificate',
      optional: true,
      mode: '0644',
      restarts: ['flanneld'],
    },
    { path: '/etc/flannel/etcd-client.key', from: 'etcd.clientKey', optional: true, restarts: ['flanneld'] },
    OPTIONS_FILE,
    { path: '/etc/flannel/docker-options', template: DOCKER_OPTIONS_SCRIPT, mode: '0755', restarts: BOTH },
  ],
  // Docker after it: it takes the part of the network that flannel was given.
  services: [{ name: 'flanneld' }, { name: 'docker' }],
  families: {
    apt: { files: SYSTEMD_FILES },
    dnf: { files: SYSTEMD_FILES, variables: { dockerVariable: 'DOCKER_NETWORK_OPTIONS' } },
    zypper: { files: SYSTEMD_FILES, variables: { dockerVariable: 'DOCKER_NETWORK_OPTIONS' } },
    apk: {
      files: [
        { path: '/etc/init.d/flanneld', template: OPENRC_SCRIPT, mode: '0755', restarts: BOTH },
        {
          path: '/etc/conf.d/docker',
          content: '[ ! -f /run/flannel/docker ] || . /run/flannel/docker\n',
          restarts: ['docker'],
        },
      ],
    },
  },
};
