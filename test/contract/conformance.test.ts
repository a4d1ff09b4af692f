import { expect, test } from '@jest/globals'
import { conformanceOf } from '../../src/contract/index.js'
import { readXml } from '../../src/xml/index.js'

const NS = 'http://www.suomi.fi/asiointitili'
const notesOf = (xml: string) => {
  const document = readXml(Buffer.from(xml))
  return conformanceOf(document, document.root, 'authority')
}

test('a request that fits the schema has no notes', () => {
  const party = '<Viranomainen><ViranomaisTunnus>a</ViranomaisTunnus><PalveluTunnus>b</PalveluTunnus></Viranomainen>'
  expect(notesOf(`<HaeTilaTieto xmlns="${NS}">${party}<Kysely/></HaeTilaTieto>`)).toBeNull()
})

test('every kind of deviation is named with its path and line, and counted', () => {
  const notes = notesOf(`<HaeAsiakkaita xmlns="${NS}" muu="1">
<Kysely><KyselyLaji>Asiakkaat</KyselyLaji><KyselyLoppu/><KyselyAlku/><Tuntematon/></Kysely>
<Viranomainen/>
</HaeAsiakkaita>`)
  expect(notes?.counts).toEqual({ unknownAttribute: 1, unknownElement: 1, outOfOrder: 2, missing: 1 })
  expect(notes?.first).toEqual([
    { kind: 'unknownAttribute', path: 'HaeAsiakkaita/@*', line: 1 },
    { kind: 'outOfOrder', path: 'HaeAsiakkaita/Kysely/KyselyAlku', line: 2 },
    { kind: 'unknownElement', path: 'HaeAsiakkaita/Kysely/*', line: 2 },
    { kind: 'outOfOrder', path: 'HaeAsiakkaita/Viranomainen', line: 3 },
    { kind: 'missing', path: 'HaeAsiakkaita/Viranomainen/PalveluTunnus', line: 3 },
  ])
})

test('an element of an older generation is told apart from an unknown one', () => {
  const notes = notesOf(
    `<LisaaKohteita xmlns="${NS}"><Kysely><Kohteet><Kohde><Maksullisuus>0</Maksullisuus></Kohde></Kohteet></Kysely></LisaaKohteita>`,
  )
  expect(notes?.first).toContainEqual({
    kind: 'removedElement',
    path: 'LisaaKohteita/Kysely/Kohteet/Kohde/Maksullisuus',
    line: 1,
  })
})
