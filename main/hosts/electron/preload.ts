import { ipcRenderer } from 'electron';

/**
 * Hands the port to the core over to the page, and does nothing else: no global is exposed. The page's origin is the
 * only one the message is for, and the main process sends a port once per load of the main frame.
 */
ipcRenderer.once('sendwright:port', (event) => {
  if (window.location.origin !== 'sendwright://console') return;
  window.postMessage('sendwright:port', 'sendwright://console', [...event.ports]);
});
ipcRenderer.send('sendwright:ready');
