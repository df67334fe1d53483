import type { ProfileRepository, RepositorySignature, RpmRepository } from '../../../schema/generated/types.ts';
import type { FamilyName } from '../../hosts/families/family.ts';
import type { WantedFile } from '../../hosts/profile/wanted.ts';

const HEAD = '# Brought by Intendant: changes made here are undone.';

/** The files by which a package manager knows of a repository: its key first. None where nothing is said to that manager. */
export function repositoryFiles(repository: ProfileRepository, family: FamilyName): WantedFile[] {
  const { name } = repository;
  switch (family) {
    case 'apt':
      return repository.apt ? aptFiles(name, repository.apt) : [];
    case 'dnf':
    case 'yum':
      return repository.rpm ? rpmFiles(name, repository.rpm, '/etc/yum.repos.d', []) : [];
    case 'zypper':
      return repository.zypper
        ? rpmFiles(name, repository.zypper, '/etc/zypp/repos.d', ['autorefresh=1', 'type=rpm-md'])
        : [];
    case 'apk':
      return repository.apk ? apkFiles(name, repository.apk) : [];
    case 'rpm-ostree':
    case 'bootc':
      return [];
  }
}

function aptFiles(
  name: string,
  { uris, suites, components, signature }: NonNullable<ProfileRepository['apt']>,
): WantedFile[] {
  const key = keyOf(signature, `/etc/apt/keyrings/intendant-${name}.asc`);
  const lines = [
    HEAD,
    'Types: deb',
    `URIs: ${uris.join(' ')}`,
    `Suites: ${suites.join(' ')}`,
    ...(components?.length ? [`Components: ${components.join(' ')}`] : []),
    key.path === undefined ? 'Trusted: yes' : `Signed-By: ${key.path}`,
  ];
  return [...key.files, textFile(`/etc/apt/sources.list.d/intendant-${name}.sources`, lines)];
}

function rpmFiles(name: string, { baseUrl, signature }: RpmRepository, folder: string, more: string[]): WantedFile[] {
  const key = keyOf(signature, `/etc/pki/rpm-gpg/RPM-GPG-KEY-intendant-${name}`);
  const checks = key.path === undefined ? ['gpgcheck=0'] : ['gpgcheck=1', `gpgkey=file://${key.path}`];
  const lines = [HEAD, `[${name}]`, `name=${name}`, `baseurl=${baseUrl}`, 'enabled=1', ...more, ...checks];
  return [...key.files, textFile(`${folder}/intendant-${name}.repo`, lines)];
}

function apkFiles(name: string, { url, key, keyName }: NonNullable<ProfileRepository['apk']>): WantedFile[] {
  const list = textFile(`/etc/apk/repositories.d/intendant-${name}.list`, [url]);
  if (key === undefined) return [list];
  return [textFile(`/etc/apk/keys/${keyName ?? `${name}.rsa.pub`}`, [key.trimEnd()]), list];
}

/** Where the key is, and the file that puts it there; no path: nothing is checked. */
function keyOf({ key, keyFile }: RepositorySignature, path: string): { path?: string; files: WantedFile[] } {
  if (key !== undefined) return { path, files: [textFile(path, [key.trimEnd()])] };
  return keyFile === undefined ? { files: [] } : { path: keyFile, files: [] };
}

function textFile(path: string, lines: readonly string[]): WantedFile {
  return { path, content: `${lines.join('\n')}\n`, mode: '0644', owner: 'root', group: 'root' };
}
