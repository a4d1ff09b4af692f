import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { ContractError, wireNames } from '../../src/contract/index.js'
import { escapeXml } from '../../src/xml/index.js'
import { decode, mandatory, NAMESPACE, registration } from './joining-samples.js'

const names = [
  ...[
    'Viranomainen',
    'ViranomaisTunnus',
    'PalveluTunnus',
    'Kysely',
    'Fi',
    'Sv',
    'Yhteyshenkilo',
    'Operaatiot',
    'Operaatio',
  ],
  ...[
    'Toimitustavat',
    'Paperi',
    'Paluukanava',
    'Osoite',
    'Sukupolvi',
    'ArvioituMaara',
    'Vuodessa',
    'Varmenne',
    'Sormenjalki',
  ],
  ...['Liittymiskoodi', 'PoistaPaluukanava', 'Syy', 'ViranomaisTunnisteet', 'ViranomaisTunniste', 'SanomaTunnisteet'],
  ...[
    'SanomaTunniste',
    'AsiointitiliTunnisteet',
    'AsiointitiliTunniste',
    'Muutokset',
    'Kohdistin',
    'AlkaenPvm',
    'Enintaan',
  ],
  ...Object.keys(mandatory),
]
const value = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    ' ',
    '1',
    '-1',
    'true',
    'TESTI',
    'LahetaViesti',
    '9000001-1',
    'https://a.example/',
    '2026-11-23',
    'YQ==',
  ),
)
const attributes = fc
  .dictionary(fc.constantFrom('Nimi', 'Sahkoposti', 'Matkapuhelin', 'Rooli', 'muu'), value, { maxKeys: 3 })
  .map((of) =>
    Object.entries(of)
      .map(([name, text]) => ` ${name}="${escapeXml(text)}"`)
      .join(''),
  )
const { element } = fc.letrec<{ element: string; content: string }>((tie) => ({
  element: fc
    .tuple(fc.constantFrom(...names), attributes, tie('content'))
    .map(([name, written, content]) => `<${name}${written}>${content}</${name}>`),
  content: fc.oneof(
    { depthSize: 'small' },
    value.map(escapeXml),
    fc.array(tie('element'), { maxLength: 5 }).map((all) => all.join('')),
  ),
}))
const operations = Object.values(wireNames)
const garbled = fc
  .tuple(fc.constantFrom(...operations), fc.array(element, { maxLength: 6 }), fc.boolean())
  .map(([name, inner, inQuery]) => ({ name, inner: inQuery ? `<Kysely>${inner.join('')}</Kysely>` : inner.join('') }))

test('any document is read or refused, and nothing else happens', () => {
  fc.assert(
    fc.property(garbled, ({ name, inner }) => {
      try {
        decode(`<${name} xmlns="${NAMESPACE}">${inner}</${name}>`)
      } catch (error) {
        expect(error).toBeInstanceOf(ContractError)
      }
    }),
    { numRuns: 2000 },
  )
})

/** Each part replaced by whatever, so that all the others are passed on the way to it. */
const spoilt = fc
  .tuple(
    fc.constantFrom(...(Object.keys(mandatory) as (keyof typeof mandatory)[])),
    fc.array(element, { maxLength: 3 }),
  )
  .map(([part, inner]) => registration({ [part]: `<${part}>${inner.join('')}</${part}>` }))

test('a registration with any one part spoilt is read or refused, and nothing else happens', () => {
  fc.assert(
    fc.property(spoilt, (xml) => {
      try {
        decode(xml)
      } catch (error) {
        expect(error).toBeInstanceOf(ContractError)
      }
    }),
    { numRuns: 1000 },
  )
})
