import path from 'node:path';
import { parseAst } from 'vite';
import type { Plugin, Rolldown } from 'vite';

/**
 * Makes a bundle of modules into classic scripts. Chromium keeps what V8 compiled of a script and takes it from there
 * when the page is loaded again, but of classic scripts alone: a module is parsed and compiled anew each time.
 */

/** The page, as `openParts` finds it. */
declare const document: {
  readonly head: { readonly append: (script: unknown) => void };
  readonly createElement: (name: 'script') => {
    src: string;
    onload: () => void;
    onerror: () => void;
    readonly remove: () => void;
  };
};

type Part = Readonly<Record<string, unknown>>;
type Take = (name: string) => Part;
type Load = (name: string, needed: readonly string[]) => Promise<Part>;

/**
 * Runs in the page, at the beginning of its first script: what a module was is a part there, made when it is taken first.
 *
 * @param folder the address that scripts lie below, with a slash at its end.
 */
function openParts(folder: string) {
  const makers = new Map<string, (take: Take, load: Load) => Part>();
  const made = new Map<string, Part>();
  const scripts = new Map<string, Promise<void>>();
  const take: Take = (name) => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const maker = makers.get(name);
    if (maker === undefined) throw new Error(`${folder}${name} does not hold what it is named for`);
    const part = maker(take, load);
    made.set(name, part);
    return part;
  };
  const fetchScript = (name: string) => {
    const fetched = new Promise<void>((resolve, reject) => {
      const script = document.createElement('script');
      script.src = `${folder}${name}`;
      script.onload = () => resolve();
      script.onerror = () => {
        scripts.delete(name);
        script.remove();
        reject(new Error(`${script.src} could not be loaded`));
      };
      document.head.append(script);
    });
    scripts.set(name, fetched);
    return fetched;
  };
  const load: Load = async (name, needed) => {
    const missing = [name, ...needed].filter((each) => !makers.has(each));
    await Promise.all(missing.map((each) => scripts.get(each) ?? fetchScript(each)));
    return take(name);
  };
  return {
    take,
    add: (name: string, maker: (take: Take, load: Load) => Part) => void makers.set(name, maker),
  };
}

/** Says that all of a script is called while the page loads, so that V8 compiles all of it at once, and keeps that. */
const EAGER = '//# allFunctionsCalledOnLoad\n';

/** What `openParts` gives, as scripts find it in the page. */
const PARTS = 'sendwrightParts';

interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

interface Edit extends Pick<SyntaxNode, 'start' | 'end'> {
  readonly text: string;
}

/** Calls for a node of a syntax tree and each one below it. */
function visit(value: unknown, call: (node: SyntaxNode & Record<string, unknown>) => void): void {
  if (Array.isArray(value)) for (const each of value) visit(each, call);
  else if (typeof value === 'object' && value !== null) {
    if ('type' in value && typeof value.type === 'string') call(value as SyntaxNode & Record<string, unknown>);
    for (const below of Object.values(value)) visit(below, call);
  }
}

function edited(code: string, edits: readonly Edit[]): string {
  let text = '';
  let end = 0;
  for (const edit of [...edits].sort((left, right) => left.start - right.start)) {
    text += code.slice(end, edit.start) + edit.text;
    ({ end } = edit);
  }
  return text + code.slice(end);
}

type Chunk = Rolldown.OutputChunk;

/** All that a chunk can't run without, itself left out. @throws where chunks need each other. */
function neededBy(chunk: Chunk, bundle: Rolldown.OutputBundle, above: readonly string[] = []): ReadonlySet<string> {
  const needed = new Set<string>();
  for (const name of chunk.imports) {
    const other = bundle[name];
    if (above.includes(name) || other?.type !== 'chunk')
      throw new Error(`${chunk.fileName} imports ${name}, which can’t be made before it`);
    needed.add(name);
    for (const further of neededBy(other, bundle, [...above, chunk.fileName])) needed.add(further);
  }
  return needed;
}

/** Names of identifiers and texts, as they stand at both sides of an import or export. */
const nameOf = (node: { readonly name?: string; readonly value?: unknown }) => node.name ?? String(node.value);

/** A name as the key of an object, in as few letters as it can be. */
const keyOf = (node: Parameters<typeof nameOf>[0]) =>
  /^[\w$]+$/.test(nameOf(node)) ? nameOf(node) : JSON.stringify(nameOf(node));

const property = (key: string, value: string) => (key === value ? key : `${key}:${value}`);

/**
 * A chunk as a call that adds a part. What it exports is read once it has run: our own modules export nothing that changes.
 *
 * @param file names the script of another chunk, without its folder.
 * @param needed names what a chunk that is loaded later needs and is not there from the first.
 * @throws for what a part can't be made of.
 */
function partOf(
  chunk: Chunk,
  file: (specifier: string) => string,
  needed: (name: string) => readonly string[],
): string {
  const edits: Edit[] = [];
  const given: string[] = [];
  const take = (specifier: unknown) => `take(${JSON.stringify(file(String(specifier)))})`;
  const program = parseAst(chunk.code);
  for (const statement of program.body) {
    const edit = (text: string) => edits.push({ start: statement.start, end: statement.end, text });
    if (statement.type === 'ImportDeclaration') {
      const from = take(statement.source.value);
      const named = statement.specifiers.map((specifier) => {
        const { local } = specifier;
        if (specifier.type === 'ImportSpecifier') return property(keyOf(specifier.imported), local.name);
        return specifier.type === 'ImportNamespaceSpecifier' ? `...${local.name}` : property('default', local.name);
      });
      edit(named.length === 0 ? `${from};` : `const{${named.join()}}=${from};`);
    } else if (statement.type === 'ExportNamedDeclaration' && statement.declaration === null) {
      const { source } = statement;
      for (const { local, exported } of statement.specifiers) {
        const value = source === null ? keyOf(local) : `${take(source.value)}[${JSON.stringify(nameOf(local))}]`;
        given.push(property(keyOf(exported), value));
      }
      edit('');
    } else if (statement.type.startsWith('Export')) {
      throw new Error(`${chunk.fileName} exports in a way that no part is made of (${statement.type})`);
    }
  }
  visit(program.body, (node) => {
    if (node.type === 'MetaProperty' && chunk.code.slice(node.start, node.end) === 'import.meta')
      edits.push({ start: node.start, end: node.end, text: '({url:document.baseURI})' });
    if (node.type !== 'ImportExpression') return;
    const source = node.source as SyntaxNode;
    const name = file(chunk.code.slice(source.start + 1, source.end - 1));
    edits.push({
      start: node.start,
      end: node.end,
      text: `load(${JSON.stringify(name)},${JSON.stringify(needed(name))})`,
    });
  });
  const own = JSON.stringify(path.posix.basename(chunk.fileName));
  return `${PARTS}.add(${own},(take,load)=>{"use strict";${edited(chunk.code, edits)}\nreturn{${given.join()}}});\n`;
}

/**
 * Makes each chunk a classic script. What the page needs from the first is one script, which takes the entry's name.
 *
 * @param modules that are imported while the page runs, and lie in the first script all the same.
 */
export function classicScripts(modules: readonly RegExp[]): Plugin {
  const isFirst = (chunk: Chunk) => chunk.moduleIds.some((id) => modules.some((module) => module.test(id)));
  return {
    name: 'classic-scripts',
    apply: 'build',
    enforce: 'post',
    // A browser keeps a script by its name: made in another way, it needs another one.
    augmentChunkHash: () => [openParts, partOf, classicScripts, EAGER, ...modules].join(''),
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const chunks = Object.values(bundle).filter((output) => output.type === 'chunk');
        const entry = chunks.find((chunk) => chunk.isEntry);
        const page = bundle['index.html'];
        if (entry === undefined || page?.type !== 'asset') throw new Error('The window has no page or no entry');
        const folder = `${path.posix.dirname(entry.fileName)}/`;
        const first = new Set<string>();
        for (const chunk of [...chunks.filter(isFirst), entry])
          for (const name of [...neededBy(chunk, bundle), chunk.fileName]) first.add(name);
        const file = (specifier: string) => {
          const name = path.posix.basename(specifier);
          if (bundle[folder + name]?.type !== 'chunk') throw new Error(`The window has no script ${specifier}`);
          return name;
        };
        const needed = (name: string) =>
          [...neededBy(bundle[folder + name] as Chunk, bundle)]
            .filter((each) => !first.has(each))
            .map((each) => path.posix.basename(each));
        const parts = new Map(chunks.map((chunk) => [chunk.fileName, partOf(chunk, file, needed)]));
        for (const chunk of chunks) {
          chunk.code = parts.get(chunk.fileName) as string;
          if (first.has(chunk.fileName) && chunk !== entry) delete bundle[chunk.fileName];
        }
        entry.code = [
          EAGER,
          `const ${PARTS}=(${openParts.toString()})(${JSON.stringify(`/${folder}`)});\n`,
          ...[...first].map((name) => parts.get(name) as string),
          `${PARTS}.take(${JSON.stringify(path.posix.basename(entry.fileName))});\n`,
        ].join('');
        page.source = String(page.source).replace('<script type="module" crossorigin ', '<script defer ');
      },
    },
  };
}
