import type { HostProfileSpec } from '../../../../schema/generated/types.ts';

/** An empty value leaves the choice to the package: a setting that stands in its own options too keeps docker from starting. */
const DAEMON_JSON = `{
{%- assign comma = "" %}
{%- if vars.logDriver != "" %}{{ comma }}
  "log-driver": {{ vars.logDriver | json }}{% assign comma = "," %}
{%- endif %}
{%- if vars.registryMirror != "" %}{{ comma }}
  "registry-mirrors": [{{ vars.registryMirror | json }}]{% assign comma = "," %}
{%- endif %}
}
`;

export const DOCKER: HostProfileSpec = {
  description: 'Docker, enabled and running',
  variables: { registryMirror: '', logDriver: 'journald' },
  files: [{ path: '/etc/docker/daemon.json', template: DAEMON_JSON, restarts: ['docker'] }],
  services: [{ name: 'docker' }],
  families: {
    apt: { packages: ['docker.io'] },
    // The packages of Fedora and RHEL name journald and SELinux in their own options.
    dnf: { packages: ['moby-engine'], variables: { logDriver: '' } },
    yum: { packages: ['docker'], variables: { logDriver: '' } },
    zypper: { packages: ['docker'] },
    // OpenRC has no journal.
    apk: { packages: ['docker'], variables: { logDriver: 'json-file' } },
  },
};
