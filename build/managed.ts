import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ManagedName } from '../shared/managed/policy.ts';
import { fieldOf, managedNames, managedSettings, RECOMMENDED } from '../shared/managed/policy.ts';

/** Writes what administrators need into build/managed, from the one schema; a test fails when a file is stale. */

const MADE_BY = 'Made by node build/managed.ts from shared/managed/policy.ts';
const DOMAIN = 'app.sendwright.console';
const REGISTRY_KEY = 'Software\\Policies\\Sendwright';

const escape = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
/** Lists of single values stand in one line, as the formatter has them. */
const print = (value: unknown): string =>
  `${JSON.stringify(value, null, 2).replace(/\[\s+([^[\]{}]*?)\s+\]/g, (_all, inside: string) => `[${inside.replace(/\s*\n\s*/g, ' ')}]`)}\n`;

const recommendable = managedNames.filter((name) => fieldOf(name) !== null);
/** What the examples lock; what is empty there would lock nothing that anybody wants. */
const shown = managedNames.filter((name) => managedSettings[name].example !== '');

function propertyOf(name: ManagedName): object {
  const setting = managedSettings[name];
  const words = { title: setting.title, description: setting.about };
  switch (setting.kind) {
    case 'text':
      return { ...words, type: 'string', maxLength: setting.most, examples: [setting.example] };
    case 'number':
      return { ...words, type: 'integer', minimum: setting.least, maximum: setting.most, examples: [setting.example] };
    case 'switch':
      return { ...words, type: 'boolean', examples: [setting.example] };
    case 'choice':
      return { ...words, type: 'string', enum: Object.keys(setting.choices), examples: [setting.example] };
  }
}

const properties = (names: readonly ManagedName[]) => Object.fromEntries(names.map((name) => [name, propertyOf(name)]));

function jsonSchema(): string {
  return print({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $comment: MADE_BY,
    title: 'What an organisation sets for Sendwright',
    type: 'object',
    properties: {
      ...properties(managedNames),
      [RECOMMENDED]: {
        title: 'In force until somebody saves another value',
        type: 'object',
        properties: properties(recommendable),
        additionalProperties: false,
      },
    },
    additionalProperties: false,
  });
}

const RECOMMENDED_EXAMPLE = { PublicResolvers: 'https://dns.example.net/dns-query' };

function example(): string {
  const locked = Object.fromEntries(shown.map((name) => [name, managedSettings[name].example]));
  return print({ ...locked, [RECOMMENDED]: RECOMMENDED_EXAMPLE });
}

function plistValue(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? '<true/>' : '<false/>';
  return typeof value === 'number' ? `<integer>${value}</integer>` : `<string>${escape(value)}</string>`;
}

const plistLines = (values: Readonly<Record<string, string | number | boolean>>, indent: string): readonly string[] =>
  Object.entries(values).flatMap(([name, value]) => [`${indent}<key>${name}</key>`, `${indent}${plistValue(value)}`]);

const PLIST_HEAD = [
  '<?xml version="1.0" encoding="UTF-8"?>',
  '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
  `<!-- ${MADE_BY} -->`,
  '<plist version="1.0">',
];

const settingsLines = (indent: string): readonly string[] => [
  ...plistLines(Object.fromEntries(shown.map((name) => [name, managedSettings[name].example])), indent),
  `${indent}<key>${RECOMMENDED}</key>`,
  `${indent}<dict>`,
  ...plistLines(RECOMMENDED_EXAMPLE, `${indent}  `),
  `${indent}</dict>`,
];

const plist = (): string => [...PLIST_HEAD, '<dict>', ...settingsLines('  '), '</dict>', '</plist>', ''].join('\n');

function mobileconfig(): string {
  const payload = (identifier: string, uuid: string, type: string) => ({
    PayloadDisplayName: 'Sendwright',
    PayloadIdentifier: identifier,
    PayloadType: type,
    PayloadUUID: uuid,
    PayloadVersion: 1,
  });
  return [
    ...PLIST_HEAD,
    '<dict>',
    '  <key>PayloadContent</key>',
    '  <array>',
    '    <dict>',
    ...plistLines(payload(`com.example.sendwright.settings`, '7D8C1B1E-2C53-4B0E-9C55-5B7E1F0A6D11', DOMAIN), '      '),
    ...settingsLines('      '),
    '    </dict>',
    '  </array>',
    ...plistLines(payload('com.example.sendwright', '0E6B9A52-6F0B-4B8B-8F0C-3F2F2A4C9B77', 'Configuration'), '  '),
    ...plistLines({ PayloadScope: 'System' }, '  '),
    '</dict>',
    '</plist>',
    '',
  ].join('\n');
}

interface PolicyPlace {
  readonly id: string;
  readonly name: ManagedName;
  readonly isRecommended: boolean;
}

const places: readonly PolicyPlace[] = [
  ...managedNames.map((name) => ({ id: name, name, isRecommended: false })),
  ...recommendable.map((name) => ({ id: `${name}_${RECOMMENDED}`, name, isRecommended: true })),
];

function admxPolicy({ id, name, isRecommended }: PolicyPlace): readonly string[] {
  const setting = managedSettings[name];
  const key = isRecommended ? `${REGISTRY_KEY}\\${RECOMMENDED}` : REGISTRY_KEY;
  const category = isRecommended ? RECOMMENDED : 'Sendwright';
  const head = `class="Machine" displayName="$(string.${id})" explainText="$(string.${id}_About)" key="${key}"`;
  const inside = [`      <parentCategory ref="${category}"/>`, '      <supportedOn ref="Supported"/>'];
  if (setting.kind === 'switch')
    return [
      `    <policy name="${id}" ${head} valueName="${name}">`,
      ...inside,
      '      <enabledValue><decimal value="1"/></enabledValue>',
      '      <disabledValue><decimal value="0"/></disabledValue>',
      '    </policy>',
    ];
  const element = (): readonly string[] => {
    switch (setting.kind) {
      case 'number':
        return [
          `        <decimal id="${name}" valueName="${name}" required="true" minValue="${setting.least}" maxValue="${setting.most}"/>`,
        ];
      case 'text':
        return setting.isOfLines === true
          ? [`        <multiText id="${name}" valueName="${name}" maxLength="${setting.most}"/>`]
          : [`        <text id="${name}" valueName="${name}" maxLength="${setting.most}"/>`];
      case 'choice':
        return [
          `        <enum id="${name}" valueName="${name}" required="true">`,
          ...Object.keys(setting.choices).flatMap((choice) => [
            `          <item displayName="$(string.${name}_${choice})">`,
            `            <value><string>${choice}</string></value>`,
            '          </item>',
          ]),
          '        </enum>',
        ];
    }
  };
  return [
    `    <policy name="${id}" ${head} presentation="$(presentation.${id})">`,
    ...inside,
    '      <elements>',
    ...element(),
    '      </elements>',
    '    </policy>',
  ];
}

const POLICY_HEAD = ['<?xml version="1.0" encoding="utf-8"?>', `<!-- ${MADE_BY} -->`];
const POLICY_SPACE =
  'xmlns="http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions" revision="1.0" schemaVersion="1.0"';

function admx(): string {
  return [
    ...POLICY_HEAD,
    `<policyDefinitions ${POLICY_SPACE}>`,
    '  <policyNamespaces>',
    '    <target prefix="sendwright" namespace="Sendwright.Policies"/>',
    '  </policyNamespaces>',
    '  <resources minRequiredRevision="1.0"/>',
    '  <supportedOn>',
    '    <definitions>',
    '      <definition name="Supported" displayName="$(string.Supported)"/>',
    '    </definitions>',
    '  </supportedOn>',
    '  <categories>',
    '    <category name="Sendwright" displayName="$(string.Category)"/>',
    `    <category name="${RECOMMENDED}" displayName="$(string.${RECOMMENDED})">`,
    '      <parentCategory ref="Sendwright"/>',
    '    </category>',
    '  </categories>',
    '  <policies>',
    ...places.flatMap(admxPolicy),
    '  </policies>',
    '</policyDefinitions>',
    '',
  ].join('\n');
}

function adml(): string {
  const string = (id: string, text: string) => `      <string id="${id}">${escape(text)}</string>`;
  const words = places.flatMap(({ id, name, isRecommended }) => {
    const { title, about } = managedSettings[name];
    const force = isRecommended
      ? 'In force until somebody saves another value.'
      : 'Nobody can change it in the window or by command.';
    return [string(id, title), string(`${id}_About`, `${about} ${force}`)];
  });
  const choices = managedNames.flatMap((name) => {
    const setting = managedSettings[name];
    return setting.kind === 'choice'
      ? Object.entries(setting.choices).map(([choice, text]) => string(`${name}_${choice}`, text))
      : [];
  });
  const presentations = places.flatMap(({ id, name }) => {
    const setting = managedSettings[name];
    const title = escape(setting.title);
    const element = {
      text: `<textBox refId="${name}"><label>${title}</label></textBox>`,
      lines: `<multiTextBox refId="${name}"/>`,
      number: `<decimalTextBox refId="${name}" defaultValue="${setting.example}">${title}</decimalTextBox>`,
      choice: `<dropdownList refId="${name}" noSort="true">${title}</dropdownList>`,
      switch: null,
    }[setting.kind === 'text' && setting.isOfLines === true ? 'lines' : setting.kind];
    return element === null ? [] : [`      <presentation id="${id}">`, `        ${element}`, '      </presentation>'];
  });
  return [
    ...POLICY_HEAD,
    `<policyDefinitionResources ${POLICY_SPACE}>`,
    '  <displayName>Sendwright</displayName>',
    '  <description>What an organisation sets for Sendwright</description>',
    '  <resources>',
    '    <stringTable>',
    string('Supported', 'Sendwright 0.1 or newer'),
    string('Category', 'Sendwright'),
    string(RECOMMENDED, 'Recommended'),
    ...words,
    ...choices,
    '    </stringTable>',
    '    <presentationTable>',
    ...presentations,
    '    </presentationTable>',
    '  </resources>',
    '</policyDefinitionResources>',
    '',
  ].join('\n');
}

/** @returns every file by its place in build/managed. */
export function managedFiles(): Readonly<Record<string, string>> {
  return {
    'policy.example.json': example(),
    'policy.schema.json': jsonSchema(),
    [`${DOMAIN}.example.plist`]: plist(),
    'sendwright.example.mobileconfig': mobileconfig(),
    'sendwright.admx': admx(),
    'en-US/sendwright.adml': adml(),
  };
}

if (import.meta.main) {
  const folder = path.resolve(import.meta.dirname, 'managed');
  await mkdir(path.join(folder, 'en-US'), { recursive: true });
  for (const [file, text] of Object.entries(managedFiles())) await writeFile(path.join(folder, file), text);
}
