// The page is to be seen first: what is loaded and done here would only hold that up. One that nobody sees is not painted at all.
if (document.hidden) void import('./start.ts');
else requestAnimationFrame(() => requestAnimationFrame(() => void import('./start.ts')));
