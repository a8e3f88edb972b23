import optimizeLocales from '@react-aria/optimize-locales-plugin';
import react from '@vitejs/plugin-react';
import path from 'node:path';
import { defineConfig } from 'vite';
import type { Plugin } from 'vite';
import { noteBundledPackages } from './build/bundled-packages.ts';

/**
 * Lets the page fetch the window's own script and style while its entry still runs: Vite names them only once the entry
 * asks for them.
 */
function preloadWindow(): Plugin {
  return {
    name: 'preload-window',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle = {} }) {
        const chunk = Object.values(bundle).find(
          (output) => output.type === 'chunk' && output.moduleIds.some((id) => /[\\/]window\.tsx$/.test(id)),
        );
        if (chunk?.type !== 'chunk') return [];
        const scripts = [chunk.fileName, ...chunk.imports];
        const styles = new Set(
          scripts.flatMap((fileName) => {
            const script = bundle[fileName];
            return script?.type === 'chunk' ? [...(script.viteMetadata?.importedCss ?? [])] : [];
          }),
        );
        const link = (rel: string) => (fileName: string) => ({
          tag: 'link',
          attrs: { rel, crossorigin: true, href: `/${fileName}` },
        });
        // What the entry itself needs is named already.
        const isMissing = (fileName: string) => !html.includes(`/${fileName}"`);
        return [
          ...scripts.filter(isMissing).map(link('modulepreload')),
          ...[...styles].filter(isMissing).map(link('stylesheet')),
        ];
      },
    },
  };
}

/** What the frame and its first view are made of, but for React DOM, by the paths of its modules. */
const FIRST_PAINT = [
  '/node_modules/react/',
  '/node_modules/zustand/',
  '/node_modules/use-sync-external-store/',
  '/node_modules/@orpc/',
  ...['plus', 'x', 'chevron-down', 'graduation-cap', 'lock', 'lock-open', 'moon', 'sun', 'shield-question-mark'].map(
    (icon) => `/lucide-react/dist/esm/icons/${icon}.`,
  ),
  ...['App', 'Shell', 'TabBar', 'keys'].map((file) => `/renderer/app/${file}.`),
  '/renderer/session/',
  ...['managed', 'service', 'domain-list', 'domains'].map((file) => `/renderer/data/${file}.`),
  ...['plain-button', 'status', 'time', 'tokens', 'base', 'after-paint', 'outside-text'].map(
    (file) => `/renderer/ui/${file}.`,
  ),
  '/renderer/features/vault/words.',
  '/renderer/features/domains/DomainsView.module.',
  ...['text/counted', 'text/language', 'text/listed', 'vault/words'].map((file) => `/shared/${file}.`),
];

/** The window: bundled into dist/renderer, every asset a file of its own so that the content security policy holds. */
export default defineConfig({
  root: path.resolve(import.meta.dirname, 'renderer'),
  base: '/',
  // The console speaks English; React Aria brings its words in thirty languages.
  plugins: [react(), preloadWindow(), optimizeLocales.vite({ locales: ['en-US'] }), noteBundledPackages('renderer')],
  build: {
    outDir: path.resolve(import.meta.dirname, 'dist', 'renderer'),
    emptyOutDir: true,
    target: 'chrome130',
    assetsInlineLimit: 0,
    modulePreload: {
      polyfill: false,
      // Asking for a script's own imports ahead saves a way over a network; here it costs more than the way.
      resolveDependencies: (_file, dependencies, { hostType }) =>
        hostType === 'html' ? dependencies : dependencies.filter((dependency) => dependency.endsWith('.css')),
    },
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        // Few files for the first paint: each is a way to the console and back.
        codeSplitting: {
          groups: [
            // All that runs before React DOM is there: the console is asked meanwhile.
            { name: 'base', priority: 1, test: (id) => FIRST_PAINT.some((part) => id.includes(part)) },
            { name: 'window', test: /[\\/](react-dom|scheduler)[\\/]|renderer[\\/]window\.tsx/ },
          ],
        },
      },
    },
  },
});
