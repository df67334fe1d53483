import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { FamilyName } from '../../../../reconciler/hosts/families/family.ts';
import type { WantedHost } from '../../../../reconciler/hosts/profile/wanted.ts';
import { TEMPLATE_VARIABLES } from '../../../../schema/template-variables.ts';
import { profileDigest } from '../../../../reconciler/kinds/host-profile/profile-digest.ts';
import { profileOf, selfHealsIn } from '../../../../reconciler/kinds/host-profile/profile-of.ts';
import { wantedFor, type WantedAnswer } from '../../../../reconciler/kinds/host-profile/wanted.ts';
import { Sensitive } from '../../../../reconciler/model/sensitive.ts';
import type { Inventory } from '../../../../reconciler/model/resource.ts';
import { InventoryBuilder } from '../../../../reconciler/source/inventory/inventory-builder.ts';
import { extraOf, factsOf, type GivenExtra } from '../../../support/host-profile.ts';
import { commitFiles, documentOf, type Files } from '../../../support/inventory.ts';

const HOST = documentOf('Host', 'web-1', { address: '10.20.0.11', cluster: 'web' }, { role: 'web' });
const FAMILIES: FamilyName[] = ['apt', 'dnf', 'yum', 'zypper', 'apk', 'rpm-ostree', 'bootc'];
const EXTRA: GivenExtra = { fleet: 'prod' };

/** An inventory with a cluster of one host; `profile` is what its profile `p` says. */
function inventoryWith(
  profile: object | undefined,
  more: Files = {},
  cluster: object = { hostProfile: 'p' },
): Inventory {
  const files = {
    'host.yaml': HOST,
    'web.yaml': documentOf('Cluster', 'web', cluster),
    ...(profile && { 'p.yaml': documentOf('HostProfile', 'p', profile) }),
    ...more,
  };
  return commitFiles(new InventoryBuilder(), 'c1', files).inventory;
}

function ask(inventory: Inventory, family: FamilyName | undefined = 'apt', extra: GivenExtra = EXTRA): WantedAnswer {
  return wantedFor('web-1', factsOf(family), inventory, extraOf(extra));
}

function wanted(answer: WantedAnswer): WantedHost {
  if ('impossible' in answer) throw new Error(answer.impossible.message);
  return answer.wanted;
}

function why(answer: WantedAnswer): string {
  return 'impossible' in answer ? `${answer.impossible.code}: ${answer.impossible.message}` : 'wanted';
}

const template = (text: string): object => ({ files: [{ path: '/etc/x', template: text }] });

describe('What a host should have', () => {
  it('cannot be said of a host that is not there, or without a profile, or that was never looked at', () => {
    const inventory = inventoryWith({}, { 'other.yaml': documentOf('Host', 'other', { address: 'o.example' }) });

    const answers = [
      wantedFor('nobody', factsOf('apt'), inventory, EXTRA),
      wantedFor('other', factsOf('apt'), inventory, EXTRA),
      wantedFor('web-1', undefined, inventory, EXTRA),
    ];

    expect(answers.map(why)).toEqual([
      'HOST_UNKNOWN: There is no Host `nobody`.',
      'NO_PROFILE: The cluster of `other` names no HostProfile.',
      'FACTS_UNKNOWN: Nothing is known yet of `web-1`: it has not been looked at.',
    ]);
  });

  it('cannot be said for an operating system of no known family, and says which are known', () => {
    const answer = wantedFor('web-1', factsOf(undefined), inventoryWith({}), EXTRA);

    expect(why(answer)).toMatch(
      /^FAMILY_UNKNOWN: `web-1` has the operating system `plan9`, for which .*Alpine \(apk\)/,
    );
  });

  it.each([
    ['{{ host.nmae }}', 'there is no `host.nmae`.'],
    ['{{ network.name }}', 'there is no `network`: the Cluster `web` names no Network.'],
    ['{{ containerManager.server }}', 'there is no `containerManager`: the Cluster `web` names no ContainerManager.'],
    [
      '{{ etcd.endpoints | join: "," }}',
      'there is no `etcd`: the daemon has none for hosts, name it in `profiles.etcd` of its configuration.',
    ],
    ['{{ host.labels.zone }}', 'there is no `host.labels.zone`: the host has no such label.'],
  ])('names place and reason when a template fails: %s', (text, reason) => {
    // As it comes from a commit that was checked by an older version.
    const inventory = unchecked(template(text));

    const answer = ask(inventory);

    expect(why(answer)).toBe(`TEMPLATE_FAILED: HostProfile/p, the template of /etc/x, line 1 column 4: ${reason}`);
  });

  it('is the same object as long as nothing changes, also when other objects do', () => {
    const builder = new InventoryBuilder();
    const files = { 'host.yaml': HOST, 'web.yaml': documentOf('Cluster', 'web', { hostProfile: 'p' }) };
    const profile = documentOf('HostProfile', 'p', { ...template('{{ host.name }}'), extends: ['docker'] });
    const first = commitFiles(builder, 'c1', { ...files, 'p.yaml': profile }).inventory;
    const before = wanted(ask(first));

    const second = commitFiles(builder, 'c2', { 'n.yaml': documentOf('Network', 'n', {}) }).inventory;
    const after = wanted(ask(second));

    expect(after).toBe(before);
  });

  it('is one object for all hosts of a family where no template speaks of the host', () => {
    const inventory = inventoryWith(template('{{ cluster.name }}'), {
      'two.yaml': documentOf('Host', 'web-2', { address: 'two.example', cluster: 'web' }),
    });

    const two = wantedFor('web-2', factsOf('apt', { cpus: 64 }), inventory, extraOf(EXTRA));

    expect(wanted(two)).toBe(wanted(ask(inventory)));
  });

  it('changes its digest with whatever it is made of, and with nothing else', () => {
    const base = { ...template('{{ host.cpus }} {{ vars.a }}'), variables: { a: '1' } };
    const digest = (profile: object, family: FamilyName = 'apt'): string =>
      wanted(ask(inventoryWith(profile), family)).digest;

    const before = digest(base);

    expect(digest({ ...base, description: 'said otherwise', selfHeal: true })).toBe(before);
    expect(digest({ ...base, families: { apk: { packages: ['htop'] } } })).toBe(before);
    expect(digest({ ...base, variables: { a: '2' } })).not.toBe(before);
    expect(digest({ ...base, packages: ['htop'] })).not.toBe(before);
    expect(digest({ ...base, services: [{ name: 'cron' }] })).not.toBe(before);
  });

  it('changes with the facts that a template speaks of', () => {
    const inventory = inventoryWith(template('{{ host.cpus }}'));

    const two = wanted(wantedFor('web-1', factsOf('apt', { cpus: 2 }), inventory, EXTRA));
    const four = wanted(wantedFor('web-1', factsOf('apt', { cpus: 4 }), inventory, EXTRA));

    expect([two.files[0]!.content, four.files[0]!.content]).toEqual(['2', '4']);
    expect(two.digest).not.toBe(four.digest);
  });
});

describe('A file that comes from the daemon', () => {
  const kube = { type: 'kubernetes', server: 'https://10.20.0.2:6443', tokenFrom: { env: 'T' } };
  const cluster = { hostProfile: 'p', containerManager: 'kube' };
  const profile = { files: [{ path: '/etc/token', from: 'containerManager.token' }] };
  const inventory = inventoryWith(profile, { 'kube.yaml': documentOf('ContainerManager', 'kube', kube) }, cluster);

  it('is secret, for its owner alone, and another digest when it changes', () => {
    const one = wanted(ask(inventory, 'apt', { ...EXTRA, containerManager: { token: 'sEcReT' } }));
    const other = wanted(ask(inventory, 'apt', { ...EXTRA, containerManager: { token: 'other' } }));

    expect(one.files[0]!.content).toBeInstanceOf(Sensitive);
    expect(one.files[0]!.mode).toBe('0600');
    expect(JSON.stringify(one)).not.toContain('sEcReT');
    expect(one.digest).not.toBe(other.digest);
  });

  it('that nothing names is a reason that says where to name it, unless it is optional', () => {
    const files = (from: string, optional: boolean): object => ({ files: [{ path: '/etc/x', from, optional }] });

    const answers = ['containerManager.ca', 'etcd.clientKey'].map((from) => ask(inventoryWith(files(from, false))));
    const optional = ask(inventoryWith(files('etcd.clientKey', true)));

    expect(answers.map(why)).toEqual([
      "SECRET_MISSING: There is no `containerManager.ca` for /etc/x: the cluster's ContainerManager has to name it.",
      "SECRET_MISSING: There is no `etcd.clientKey` for /etc/x: name its file in `profiles.etcd` of the daemon's configuration.",
    ]);
    expect(wanted(optional).files).toEqual([]);
  });

  it('that was not given, though it is named, is a reason and not an empty file', () => {
    const answer = ask(inventory);

    expect(why(answer)).toBe(
      'SECRET_MISSING: There is no `containerManager.token` for /etc/token: ContainerManager/kube names a variable of the daemon, and only what stands in a file goes to hosts.',
    );
  });
});

describe('A built-in profile', () => {
  const documents: Files = {
    'n.yaml': documentOf('Network', 'overlay', { options: { network: '10.100.0.0/16' } }),
    'k.yaml': documentOf('ContainerManager', 'kube', {
      type: 'kubernetes',
      server: 'https://10.20.0.2:6443',
      tokenFrom: { env: 'T' },
      caFile: '/ca',
    }),
  };
  const extra: GivenExtra = {
    fleet: 'prod',
    etcd: { endpoints: ['https://10.20.0.5:2379'], ca: 'CA' },
    containerManager: { token: 'T', ca: 'CA' },
  };
  const cluster = { hostProfile: 'kubernetes-node', network: 'overlay', containerManager: 'kube' };
  const inventory = inventoryWith(undefined, documents, cluster);
  const fileOf = (family: FamilyName, path: string): string =>
    String(wanted(ask(inventory, family, extra)).files.find((file) => file.path === path)?.content);

  it.each(FAMILIES)(
    'gives %s hosts docker, flannel, kubelet and kube-proxy, enabled and running, flannel before docker',
    (family) => {
      const { services } = wanted(ask(inventory, family, extra));

      expect(services.map(({ name, enabled, running }) => [name, enabled && running])).toEqual([
        ['flanneld', true],
        ['docker', true],
        ['kubelet', true],
        ['kube-proxy', true],
      ]);
    },
  );

  it.each(FAMILIES)('writes configuration that can be read, on %s hosts', (family) => {
    const json = JSON.parse(fileOf(family, '/etc/docker/daemon.json')) as object;
    const kubeconfig = parse(fileOf(family, '/etc/kubernetes/kubeconfig')) as { clusters: object[]; users: object[] };
    const others = ['kubelet.yaml', 'kube-proxy.yaml'].map(
      (name) => parse(fileOf(family, `/etc/kubernetes/${name}`)) as object,
    );

    expect(json).toBeTypeOf('object');
    expect(kubeconfig.clusters).toEqual([
      {
        name: 'kube',
        cluster: { server: 'https://10.20.0.2:6443', 'certificate-authority': '/etc/kubernetes/ca.crt' },
      },
    ]);
    expect(kubeconfig.users).toEqual([{ name: 'web-1', user: { tokenFile: '/etc/kubernetes/token' } }]);
    expect(others.map((other) => Object.keys(other)[1])).toEqual(['kind', 'kind']);
  });

  it('checks the certificates of the servers that it speaks to', () => {
    const everything = FAMILIES.map((family) => JSON.stringify(wanted(ask(inventory, family, extra)))).join('');

    expect(everything).not.toMatch(/insecure|skip-tls/i);
    expect(fileOf('apt', '/etc/flannel/options')).toBe(
      'FLANNEL_OPTIONS="--etcd-endpoints=https://10.20.0.5:2379 --etcd-prefix=/coreos.com/network --etcd-cafile=/etc/flannel/etcd-ca.crt"\n',
    );
  });

  it('gives way to a document of its name', () => {
    const own = inventoryWith(
      undefined,
      { 'd.yaml': documentOf('HostProfile', 'docker', { packages: ['podman'] }) },
      { hostProfile: 'docker' },
    );

    const { packages, services } = wanted(ask(own));

    expect({ packages, services }).toEqual({ packages: ['podman'], services: [] });
  });
});

describe('The table of template variables', () => {
  const documents: Files = {
    'n.yaml': documentOf('Network', 'n', {
      type: 'flannel_server',
      options: { address: 'a:1', network: '10.0.0.0/8', subnetLen: 24, backend: 'vxlan' },
    }),
    'k.yaml': documentOf('ContainerManager', 'k', { type: 'kubernetes', server: 'https://k:6443' }),
  };
  const extra: GivenExtra = { fleet: 'prod', etcd: { endpoints: ['http://e:2379'] } };

  it.each(TEMPLATE_VARIABLES.map(({ name }) => name))('tells the truth: there is %s', (name) => {
    const variable = name.replace('<label>', 'role').replace('<name>', 'own');
    const profile = { variables: { own: 'x' }, ...template(`{{ ${variable} | json }}`) };
    const cluster = { hostProfile: 'p', network: 'n', containerManager: 'k' };

    const answer = ask(inventoryWith(profile, documents, cluster), 'apt', extra);

    expect(wanted(answer).files[0]!.content).toMatch(/./);
  });

  it('leaves nothing out that templates see', () => {
    const profile = template(
      '{{ fleet | json }}{{ cluster | json }}{{ host | json }}{{ network | json }}{{ containerManager | json }}{{ etcd | json }}',
    );
    const cluster = { hostProfile: 'p', network: 'n', containerManager: 'k' };
    const text = String(wanted(ask(inventoryWith(profile, documents, cluster), 'apt', extra)).files[0]!.content);

    const seen = [...text.matchAll(/"(\w+)":/g)].map(([, field]) => field!);

    const known = TEMPLATE_VARIABLES.flatMap(({ name }) => name.split('.'));
    expect(seen.filter((field) => !known.includes(field) && field !== 'role')).toEqual([]);
  });
});

describe('Profiles of clusters', () => {
  it('are found by host and by cluster', () => {
    const inventory = inventoryWith({ selfHeal: true });

    expect(profileOf('web-1', inventory)).toBe('p');
    expect(profileOf('nobody', inventory)).toBeUndefined();
    expect(selfHealsIn('web', inventory)).toBe(true);
    expect(selfHealsIn('db', inventory)).toBe(false);
  });

  it('have a digest that changes with what they extend and with the network, and with nothing else', () => {
    const files: Files = {
      'base.yaml': documentOf('HostProfile', 'base', {}),
      'n.yaml': documentOf('Network', 'n', {}),
    };
    const cluster = { hostProfile: 'p', network: 'n' };
    const digest = (more: Files, of: object = cluster): string | undefined =>
      profileDigest('web', inventoryWith({ extends: ['base'] }, { ...files, ...more }, of));

    const before = digest({});

    expect(before).toMatch(/^[0-9a-f]{32}$/);
    expect(digest({}, { ...cluster, description: 'x' })).toBe(before);
    expect(digest({ 'base.yaml': documentOf('HostProfile', 'base', { packages: ['a'] }) })).not.toBe(before);
    expect(digest({ 'n.yaml': documentOf('Network', 'n', { options: { backend: 'vxlan' } }) })).not.toBe(before);
    expect(profileDigest('db', inventoryWith({}))).toBeUndefined();
  });
});

describe('Any profile', () => {
  const names = fc.constantFrom('a', 'b', 'c', 'docker');
  const pieces = [
    '{{ host.name }}',
    '{{ vars.a }}',
    '{% if network %}n{% endif %}',
    '{{ nope }}',
    '{% if',
    '{{ etcd.endpoints }}',
    'x',
  ];
  const part = fc.record(
    {
      packages: fc.uniqueArray(fc.constantFrom('p', 'q', 'r')),
      files: fc.array(fc.record({ path: fc.constantFrom('/a', '/b'), template: fc.constantFrom(...pieces) }), {
        maxLength: 3,
      }),
      services: fc.array(fc.record({ name: fc.constantFrom('s', 't') }), { maxLength: 3 }),
      variables: fc.dictionary(fc.constantFrom('a', 'b'), fc.string()),
      remove: fc.record({ packages: fc.array(fc.constantFrom('p', 'docker.io')) }),
    },
    { requiredKeys: [] },
  );
  const profile = fc.record(
    { extends: fc.uniqueArray(names), families: fc.dictionary(fc.constantFrom('apt', 'dnf'), part), own: part },
    { requiredKeys: [] },
  );

  it('renders or says why not, twice the same, and never throws', () => {
    fc.assert(
      fc.property(
        fc.array(profile, { minLength: 3, maxLength: 3 }),
        fc.constantFrom(...FAMILIES),
        (profiles, family) => {
          const specs = profiles.map(({ own, ...rest }) => ({ ...rest, ...own }));
          const build = (): Inventory =>
            uncheckedAll(Object.fromEntries(specs.map((spec, index) => ['abc'[index]!, spec])));

          const one = ask(build(), family);
          const other = ask(build(), family);

          expect(other).toEqual(one);
        },
      ),
      { numRuns: 300 },
    );
  });
});

function unchecked(profile: object): Inventory {
  return uncheckedAll({ p: profile }, 'p');
}

/** An inventory that nobody has checked: what an older version took, or a profile that changes under another. */
function uncheckedAll(profiles: Record<string, object>, used = 'a'): Inventory {
  const inventory = inventoryWith(undefined, {}, {});
  const cluster = { ...inventory.get('Cluster/web')!, spec: { hostProfile: used } };
  return {
    ...inventory,
    get: ((key: `${string}/${string}`) => {
      if (key === 'Cluster/web') return cluster;
      const [kind, name] = key.split('/') as [string, string];
      if (kind !== 'HostProfile') return inventory.get(key);
      return Object.hasOwn(profiles, name) ? { metadata: { name }, spec: profiles[name], digest: name } : undefined;
    }) as Inventory['get'],
  };
}
