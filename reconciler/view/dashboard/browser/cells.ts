/** Arrow keys move among the cells of a cluster, which is one stop of the tab key; what a cell is stands in the readout. */
export function startCells(): void {
  document.addEventListener('keydown', (event) => {
    const cell = cellOf(event.target);
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    const cells = [...(cell.parentElement?.querySelectorAll<HTMLElement>('.cell') ?? [])];
    const next = cells[target(event.key, cells, cells.indexOf(cell))];
    if (!next) return;
    event.preventDefault();
    makeStop(next, cells);
    next.focus();
  });
  document.addEventListener('focusin', (event) => {
    const cell = cellOf(event.target);
    if (cell) makeStop(cell, [...(cell.parentElement?.querySelectorAll<HTMLElement>('.cell') ?? [])]);
    tell(cell);
  });
  document.addEventListener('pointerover', (event) => tell(cellOf(event.target) ?? cellOf(document.activeElement)));
}

/** Each group of cells has one stop of the tab key, whichever hosts come and go: the one that was last chosen, or its first. */
export function keepStops(): void {
  for (const group of document.querySelectorAll('.cells')) {
    const cells = [...group.querySelectorAll<HTMLElement>('.cell')];
    const stop = cells.find((cell) => cell.getAttribute('tabindex') === '0') ?? cells[0];
    if (stop) makeStop(stop, cells);
  }
}

function cellOf(target: EventTarget | null): HTMLElement | undefined {
  if (!(target instanceof Element)) return undefined;
  return target.closest<HTMLElement>('.cell') ?? undefined;
}

function makeStop(cell: HTMLElement, cells: readonly HTMLElement[]): void {
  for (const other of cells) if (other !== cell && other.tabIndex === 0) other.tabIndex = -1;
  cell.tabIndex = 0;
}

/** Index of the cell that a key leads to; -1: it is no such key, or there is none. */
function target(key: string, cells: readonly HTMLElement[], at: number): number {
  switch (key) {
    case 'ArrowRight':
      return Math.min(at + 1, cells.length - 1);
    case 'ArrowLeft':
      return Math.max(at - 1, 0);
    case 'ArrowDown':
    case 'ArrowUp': {
      const row = perRow(cells);
      const to = key === 'ArrowDown' ? at + row : at - row;
      return to >= 0 && to < cells.length ? to : at;
    }
    case 'Home':
      return 0;
    case 'End':
      return cells.length - 1;
    default:
      return -1;
  }
}

function perRow(cells: readonly HTMLElement[]): number {
  const top = cells[0]?.offsetTop;
  const next = cells.findIndex((cell) => cell.offsetTop !== top);
  return next === -1 ? cells.length : next;
}

function tell(cell: HTMLElement | undefined): void {
  const readout = document.getElementById('readout');
  if (readout) readout.textContent = cell?.getAttribute('aria-label') ?? '';
}
