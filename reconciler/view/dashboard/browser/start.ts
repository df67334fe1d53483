import { startCells } from './cells.ts';
import { addCopyButtons } from './copy.ts';
import { startLive } from './live.ts';
import { startThemeButton } from './theme-button.ts';
import { startTimes } from './times.ts';

startThemeButton();
addCopyButtons();
startCells();
startTimes();
startLive();
