import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { pushFiles, type Generation } from './names.js'

const urlOf = (path: string): URL => new URL(`../../../${path}`, import.meta.url)

/** The files that authorities build their receivers from, by the names under which they refer to each other. */
export const publishedPushFiles: ReadonlyMap<string, string> = new Map(
  Object.values(pushFiles).flatMap((name) => [
    [`${name}.wsdl`, readFileSync(urlOf(`wsdl/${name}.wsdl`), 'utf8')],
    [`${name}.xsd`, readFileSync(urlOf(`xsd/${name}.xsd`), 'utf8')],
  ]),
)

export const pushSchemaOf = (generation: Generation): string => publishedPushFiles.get(`${pushFiles[generation]}.xsd`)!

/** The service description for a SOAP client in this process: it finds the schema on disk. */
export function pushDescription(generation: Generation): string {
  const name = pushFiles[generation]
  const schema = fileURLToPath(urlOf(`xsd/${name}.xsd`))
  return publishedPushFiles.get(`${name}.wsdl`)!.replace(`"${name}.xsd"`, () => `"${schema}"`)
}
