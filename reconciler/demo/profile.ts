import type { DriftItem } from './fleet-protocol.ts';

/** A regular file of a simulated host, as far as anybody asks. */
export interface SimFile {
  sha256: string;
  mode: string;
  owner: string;
  group: string;
}

export interface SimService {
  enabled: boolean;
  running: boolean;
}

/** The packages, files and services of a simulated host, and its record of what was brought there. */
export class SimProfile {
  readonly packages = new Set<string>();
  /** Files that were there before they were replaced. */
  readonly originals = new Map<string, SimFile>();
  readonly files = new Map<string, SimFile>();
  /** Commands that were run: their guards say so from then on. */
  readonly commands = new Set<string>();
  readonly services = new Map<string, SimService>();
  /** Lines of the record. */
  inventory: string[] = [];

  /** The lines of the look's answer, for the questions and for everything in the record. */
  answer(questions: readonly string[]): string[] {
    const recorded = this.inventory.map((line) =>
      line
        .replace(/^package absent /, '?package ')
        .replace(/^(?:file|repository) \S+ /, '?file ')
        .replace(/^(?:enabled|running) \S+ /, '?service '),
    );
    const asked = new Set([...questions, ...recorded].filter((line) => line.startsWith('?')));
    return [...asked].map((line) => this.#answerOne(line));
  }

  /** What somebody does by hand. */
  drift({ kind, name }: DriftItem): void {
    if (kind === 'package') this.packages.delete(name);
    const file = this.files.get(name);
    if (kind === 'file' && file) this.files.set(name, { ...file, sha256: file.sha256.replace(/^../, 'ff') });
    const service = this.services.get(name);
    if (kind === 'service' && service) this.services.set(name, { ...service, running: false });
  }

  #answerOne(question: string): string {
    const [what = '', ...words] = question.slice(1).split(' ');
    const name = (what === 'command' ? words.slice(1) : words).join(' ');
    switch (what) {
      case 'package':
        return `package ${this.packages.has(name) ? 'yes' : 'no'} ${name}`;
      case 'command':
        return `command ${this.commands.has(name) ? 'done' : 'due'} ${name}`;
      case 'service': {
        const service = this.services.get(name);
        const enabled = service ? (service.enabled ? 'enabled' : 'disabled') : 'absent';
        return `service ${enabled} ${service?.running ? 'yes' : 'no'} no ${name}`;
      }
      default: {
        const file = this.files.get(name);
        if (!file) return `file absent ${name}`;
        return `file regular ${file.sha256} ${file.mode} ${file.owner} ${file.group} 0 0 right ${name}`;
      }
    }
  }
}
