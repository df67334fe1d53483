/** A file of the starter repository. */
export interface StarterFile {
  /** Below the new folder, with forward slashes. */
  path: string;
  content: string;
}

/**
 * The starter repository: one cluster of two hosts, each field explained where it stands. It is valid as it is, restarts
 * nothing, and names documentation addresses (192.0.2.0/24), which belong to nobody.
 */
export function starterFiles(fleet: string): StarterFile[] {
  return [
    { path: 'README.md', content: readme(fleet) },
    { path: 'fleet.yaml', content: fleetDocument(fleet) },
    { path: 'clusters/web/cluster.yaml', content: CLUSTER },
    { path: 'clusters/web/hosts/web-1.yaml', content: hostDocument('web-1', '192.0.2.11') },
    { path: 'clusters/web/hosts/web-2.yaml', content: hostDocument('web-2', '192.0.2.12') },
    { path: 'operations/restart-web.yaml.example', content: OPERATION },
    { path: 'daemon.yaml.example', content: daemonDocument(fleet) },
  ];
}

function readme(fleet: string): string {
  return `# The fleet \`${fleet}\`

What these hosts should be. Every \`*.yaml\` below this folder is read; a document is known by its kind and name, not by
its path, so arrange the files as you like.

    intendant validate .     check every document
    intendant plan .         what would be done
    git push                 do it

What happened is on the branch \`intendant/status\` of this repository; \`intendant status\` shows it on one screen.

Next: put your own hosts into \`clusters/web/hosts/\`, copy \`daemon.yaml.example\` to the machine that will run the
daemon, and rename \`operations/restart-web.yaml.example\` to \`restart-web.yaml\` when you want the first rolling restart.
`;
}

function fleetDocument(fleet: string): string {
  return `# One per repository: what holds for all of it.
apiVersion: intendant/v1
kind: Fleet
metadata:
  name: ${fleet}
spec:
  status:
    branch: intendant/status # where the outcomes are committed
    heartbeat: 1h # how often the daemon says that it is alive, when nothing else changes
  checks:
    interval: 60s # how often each host is looked at
    failAfter: 3 # missed looks before a host counts as failed
  # freeze: # stops everything that disturbs hosts, until it is removed or over
  #   who: jo@example.com
  #   why: the year's busiest week
  #   until: 2027-01-03T08:00:00Z
`;
}

const CLUSTER = `# Hosts that serve one purpose. What stands in \`connection\` and \`rollout\` holds for all of them unless they say otherwise.
apiVersion: intendant/v1
kind: Cluster
metadata:
  name: web
spec:
  description: The web servers
  connection:
    user: root # anyone else acts through "sudo -n"
    # identity: default # an identity of the daemon's configuration
    hostKeys: pinned # or trust-on-first-use: accept and record the first key that a host shows
  rollout:
    batches: [1, 50%] # one host first, then half of them at a time
    maxUnavailable: 1 # hosts that may be down at once, whoever took them down
    maxFailures: 0 # failed hosts that end an operation, over all batches
`;

function hostDocument(name: string, address: string): string {
  return `apiVersion: intendant/v1
kind: Host
metadata:
  name: ${name}
  labels:
    role: web # operations can select hosts by label
spec:
  cluster: web
  address: ${address} # an IP address or a DNS name
  # port: 22
  # hostKeys: # what "ssh-keyscan -t ed25519 ${address}" prints, once you have made sure that it is true
  #   - ssh-ed25519 AAAA...
  # maintenance: # leaves the host alone
  #   who: jo@example.com
  #   why: a new disk
`;
}

const OPERATION = `# Runs once, under this name. Rename the file to restart-web.yaml, commit and push: the restart begins.
apiVersion: intendant/v1
kind: Operation
metadata:
  name: restart-web-1
spec:
  type: restart
  target:
    cluster: web
  rollout:
    batches: [1, 50%]
    maxUnavailable: 1
    minHealthyTime: 30s # how long a batch must stay well before the next begins
  checks:
    after: # runs on the host when it is back; exit code 0 is a pass
      - name: system is running
        command: [systemctl, is-system-running, --wait]
        timeout: 60s
  timeout: 10m # for each host to come back
  # suspend: true # change, commit and push while it runs: no further host begins
  # cancel: true # ends it
  # retry: 1 # raise it to run again on the hosts that failed or were skipped
`;

function daemonDocument(fleet: string): string {
  return `# The daemon's own configuration. It does not belong into the repository that it reads; keep it on the daemon's machine
# as /etc/intendant/intendant.yaml, and there: intendant config, intendant run
apiVersion: intendant/v1
kind: Daemon
fleet: ${fleet}
state: /var/lib/intendant # clone, cache, embedded store and socket
repository:
  url: git@example.com:ops/fleet.git # or https://..., or the path of a local repository
  branch: main
  poll: 30s
  auth:
    keyFile: /etc/intendant/deploy-key
    knownHostsFile: /etc/intendant/git-known-hosts
# store: # absent: an embedded store in the state folder; with etcd the state outlives this machine
#   etcd:
#     endpoints: [https://etcd-1.example.com:2379]
#     caFile: /etc/intendant/etcd-ca.pem
ssh:
  identities:
    default:
      keyFile: /etc/intendant/hosts-key
  # knownHostsFile: /etc/intendant/known-hosts
# view: {} # the dashboard and the REST interfaces at http://127.0.0.1:8000, for this machine alone
# view: # for others: over TLS, to those who sign in
#   listen: 0.0.0.0:8443
#   tls: # taken up again when the files change
#     certFile: /etc/intendant/view.crt
#     keyFile: /etc/intendant/view.key
#   signIn:
#     authenticators:
#       - type: basic
#         usersFile: /etc/intendant/users.json # {"jo": {"hash": "..."}}; intendant passhash makes the hash
#   hook: # a webhook by which the forge says that something was pushed
#     path: made-with-openssl-rand-hex-16 # https://.../hook/<path>
#     secretFile: /etc/intendant/hook.secret
`;
}
