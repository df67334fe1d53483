import { describe, expect, it } from 'vitest';
import { renderObject } from '../../../reconciler/status/render-object.ts';
import { StatusBranchView } from '../../../reconciler/view/status-branch-view.ts';
import { STATUS_REF } from '../../support/fleet-views.ts';
import { MemoryBranch, MemoryRemote } from '../../support/memory-branch.ts';
import { hostStatus, operationStatus } from '../../support/statuses.ts';

const SIGNAL = new AbortController().signal;
const good = renderObject(operationStatus('good', 'Succeeded', 1, 1), { omitCluster: false });

function viewOf(files: Record<string, string>): { view: StatusBranchView; unreadable: string[] } {
  const remote = new MemoryRemote();
  for (const [path, content] of Object.entries(files)) remote.pushFile(STATUS_REF, path, content);
  const unreadable: string[] = [];
  const onUnreadable = (path: string): void => void unreadable.push(path);
  return {
    view: new StatusBranchView({ branch: new MemoryBranch(remote), ref: STATUS_REF, onUnreadable }),
    unreadable,
  };
}

describe('reading a status branch that others can write', () => {
  it('leaves out what cannot be read, says so, and shows the rest', async () => {
    const { view, unreadable } = viewOf({
      'operations/good.yaml': good,
      'operations/bad.yaml': 'a: &a [1]\nb: *a\n',
      'operations/binary.yaml': '\u0000\u0001',
      'docs/notes.yaml': 'hello: world\n',
    });

    expect((await view.list(undefined, SIGNAL)).map(({ key }) => key)).toEqual(['Operation/good']);
    expect(unreadable.sort()).toEqual(['docs/notes.yaml', 'operations/bad.yaml', 'operations/binary.yaml']);
  });

  it('does not believe a file that does not lie where its key says', async () => {
    const host = renderObject(hostStatus('web-1'), { omitCluster: false });
    const { view } = viewOf({
      'operations/other.yaml': good,
      'networks/web-1.yaml': host,
      'operations/web-1.yaml': host,
    });

    expect(await view.list(undefined, SIGNAL)).toEqual([]);
    expect(await view.get('Host/web-1', SIGNAL)).toBeUndefined();
    expect(await view.get('Operation/other', SIGNAL)).toBeUndefined();
  });

  it('says that there is no status yet where there is no branch, or no fleet file in it', async () => {
    await expect(viewOf({}).view.info(SIGNAL)).rejects.toMatchObject({ name: 'Waiting', code: 'NO_STATUS_BRANCH' });
    await expect(viewOf({ 'a.txt': 'a' }).view.info(SIGNAL)).rejects.toMatchObject({ code: 'NO_STATUS_BRANCH' });
    expect(await viewOf({ 'a.txt': 'a' }).view.diagnostics(SIGNAL)).toEqual({ diagnostics: [], total: 0 });
  });

  it.each([
    ['a newer form', 'format: 2\n', 'STATUS_TOO_NEW'],
    ['no heartbeat', 'format: 1\nfleet: a\nstore: {id: a, epoch: 1}\n', 'STATUS_FILE_UNREADABLE'],
    ['a heartbeat that is no time', 'format: 1\nheartbeat: soon\nstore: {id: a, epoch: 1}\n', 'STATUS_FILE_UNREADABLE'],
    ['the Fleet of a config repository', 'apiVersion: intendant/v1\nkind: Fleet\n', 'STATUS_FILE_UNREADABLE'],
  ])('refuses a fleet file with %s', async (_what, text, code) => {
    await expect(viewOf({ 'fleet.yaml': text }).view.info(SIGNAL)).rejects.toMatchObject({
      name: 'InvalidInput',
      code,
    });
  });

  it('refuses diagnostics that are not a list of diagnostics', async () => {
    for (const text of ['total: 0\n', 'diagnostics: [1]\ntotal: 1\n', 'diagnostics: [{severity: dire}]\ntotal: 1\n']) {
      await expect(viewOf({ 'diagnostics.yaml': text }).view.diagnostics(SIGNAL)).rejects.toMatchObject({
        code: 'STATUS_FILE_UNREADABLE',
      });
    }
  });
});
