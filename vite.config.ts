import optimizeLocales from '@react-aria/optimize-locales-plugin';
import react from '@vitejs/plugin-react';
import path from 'node:path';
import { defineConfig } from 'vite';
import type { Plugin } from 'vite';
import { noteBundledPackages } from './build/bundled-packages.ts';
import { classicScripts } from './build/classic-scripts.ts';

const WINDOW = /[\\/]renderer[\\/]window\.tsx$/;

/** Names the window's own style in the page: Vite names it only once the entry asks for it. */
function linkStyle(): Plugin {
  return {
    name: 'link-style',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle = {} }) {
        const chunk = Object.values(bundle).find(
          (output) => output.type === 'chunk' && output.moduleIds.some((id) => WINDOW.test(id)),
        );
        if (chunk?.type !== 'chunk') return [];
        const styles = new Set(
          [chunk.fileName, ...chunk.imports].flatMap((fileName) => {
            const script = bundle[fileName];
            return script?.type === 'chunk' ? [...(script.viteMetadata?.importedCss ?? [])] : [];
          }),
        );
        // What the entry itself needs is named already.
        return [...styles]
          .filter((fileName) => !html.includes(`/${fileName}"`))
          .map((fileName) => ({ tag: 'link', attrs: { rel: 'stylesheet', crossorigin: true, href: `/${fileName}` } }));
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
  ...['domains/DomainsView', 'domains/Coverage', 'domains/JobBar', 'service/AccountNotice'].map(
    (view) => `/renderer/features/${view}.module.`,
  ),
  ...['text/counted', 'text/language', 'text/listed', 'vault/words'].map((file) => `/shared/${file}.`),
];

/** The window: bundled into dist/renderer, every asset a file of its own so that the content security policy holds. */
export default defineConfig({
  root: path.resolve(import.meta.dirname, 'renderer'),
  base: '/',
  // The console speaks English; React Aria brings its words in thirty languages.
  plugins: [
    react(),
    linkStyle(),
    optimizeLocales.vite({ locales: ['en-US'] }),
    noteBundledPackages('renderer'),
    // The list of domains is what a window is opened for, and costs least where it needs no further script.
    classicScripts([WINDOW, /[\\/]renderer[\\/]features[\\/]domains[\\/]DomainsView\.tsx$/]),
  ],
  build: {
    outDir: path.resolve(import.meta.dirname, 'dist', 'renderer'),
    emptyOutDir: true,
    target: 'chrome130',
    assetsInlineLimit: 0,
    modulePreload: {
      polyfill: false,
      // Scripts are asked for with all that they need, by what makes them classic ones.
      resolveDependencies: (_file, dependencies) => dependencies.filter((dependency) => dependency.endsWith('.css')),
    },
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'early', priority: 2, test: /renderer[\\/](early|session[\\/]first-question)\./ },
            // All that runs before React DOM is there: the console is asked meanwhile.
            { name: 'base', priority: 1, test: (id) => FIRST_PAINT.some((part) => id.includes(part)) },
            { name: 'window', test: /[\\/](react-dom|scheduler)[\\/]|renderer[\\/]window\.tsx/ },
          ],
        },
      },
    },
  },
});
