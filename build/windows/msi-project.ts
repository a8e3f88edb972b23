import { readFile, writeFile } from 'node:fs/promises';

/** What the MSI installs beside the files: addresses of `sendwright:` go to the console. */
const URL_PROTOCOL = `<Component Id="urlProtocol" Guid="0B8D2E52-3C5B-4D7D-9C39-6A1F6C0A7D11">
        <RegistryKey Root="HKLM" Key="Software\\Classes\\sendwright">
          <RegistryValue Type="string" Value="URL:Sendwright" KeyPath="yes"/>
          <RegistryValue Name="URL Protocol" Type="string" Value=""/>
          <RegistryValue Key="DefaultIcon" Type="string" Value="[#mainExecutable],0"/>
          <RegistryValue Key="shell\\open\\command" Type="string" Value="&quot;[#mainExecutable]&quot; &quot;--&quot; &quot;%1&quot;"/>
        </RegistryKey>
      </Component>
    `;

/**
 * Adds to the WiX project what electron-builder's own template has no option for; called by electron-builder.
 *
 * @param file path of the project.
 * @throws when the project is not of the form that this was written for.
 */
export default async function addToMsiProject(file: string): Promise<void> {
  const project = await readFile(file, 'utf8');
  const end = project.lastIndexOf('</ComponentGroup>');
  if (end === -1) throw new Error(`${file} has no group of components to add to`);
  await writeFile(file, `${project.slice(0, end)}${URL_PROTOCOL}${project.slice(end)}`);
}
