import { assetsOf, type Assets } from '../../reconciler/view/dashboard/assets.ts';

/** Stand-ins for the styles and scripts of the dashboard, so that pages can be rendered before anything is built. */
export const DASHBOARD_ASSETS: Assets = assetsOf(
  new Map([
    ['dashboard.css', 'b{}'],
    ['main.js', 'export {}'],
  ]),
);
