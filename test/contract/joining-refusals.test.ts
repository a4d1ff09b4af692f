import { expect, test } from '@jest/globals'
import { ContractError } from '../../src/contract/index.js'
import { escapeXml } from '../../src/xml/index.js'
import { decode, registration, requestOf } from './joining-samples.js'

function refusalOf(xml: string): ContractError {
  try {
    decode(xml)
  } catch (error) {
    if (error instanceof ContractError) return error
    throw error
  }
  throw new Error('It was not refused')
}

const person = (attributes: string): Record<string, string> => ({
  Yhteyshenkilot: `<Yhteyshenkilot><Yhteyshenkilo ${attributes}/></Yhteyshenkilot>`,
})
const service = (name: string): Record<string, string> => ({
  PalvelunNimi: `<PalvelunNimi><Fi>${name}</Fi></PalvelunNimi>`,
})
const channel = (url: string): Record<string, string> => ({
  Paluukanava: `<Paluukanava><Osoite>${escapeXml(url)}</Osoite></Paluukanava>`,
})
const caller = (authority: string, id: string): string =>
  `<Viranomainen><ViranomaisTunnus>${authority}</ViranomaisTunnus><PalveluTunnus>${id}</PalveluTunnus></Viranomainen>`
const registering = (changed: Record<string, string>): string => registration(changed)
const asking = (query: string): string => requestOf('HaeViestienTila', query)
const one = (value: string): string =>
  `<ViranomaisTunnisteet><ViranomaisTunniste>${value}</ViranomaisTunniste></ViranomaisTunnisteet>`
const changes = (inner: string): string => asking(`<Muutokset>${inner}</Muutokset>`)

/** What is wrong, and the element that the refusal must name. */
const cases: [what: string, element: string, xml: string][] = [
  ['no ViranomaisTunnus', 'ViranomaisTunnus', registration({}, caller('', 'p'))],
  ['no PalveluTunnus', 'PalveluTunnus', registration({}, caller('v', ' '))],
  ['no Viranomainen', 'ViranomaisTunnus', registration({}, '')],
  ['a ViranomaisTunnus of 101 characters', 'ViranomaisTunnus', registration({}, caller('v'.repeat(101), 'p'))],
  ['a PalveluTunnus with a space in it', 'PalveluTunnus', registration({}, caller('v', 'p 1'))],
  ['a PalveluTunnus with a sign that nobody sees', 'PalveluTunnus', registration({}, caller('v', 'p\u200b1'))],
  ['no Kysely', 'Kysely', requestOf('RekisteroiPalvelu', null)],
  ['no YTunnus', 'YTunnus', registering({ YTunnus: '' })],
  ['a YTunnus without a hyphen', 'YTunnus', registering({ YTunnus: '<YTunnus>90000011</YTunnus>' })],
  ['a YTunnus with a wrong check digit', 'YTunnus', registering({ YTunnus: '<YTunnus>9000001-2</YTunnus>' })],
  ['no name of the authority', 'ViranomaisenNimi', registering({ ViranomaisenNimi: '' })],
  [
    'a name of the authority in Swedish only',
    'ViranomaisenNimi/Fi',
    registering({ ViranomaisenNimi: '<ViranomaisenNimi><Sv>a</Sv></ViranomaisenNimi>' }),
  ],
  ['no name of the service', 'PalvelunNimi', registering({ PalvelunNimi: '<PalvelunNimi/>' })],
  ['a name of 201 characters', 'PalvelunNimi/Fi', registering(service('n'.repeat(201)))],
  ['a name with a line end', 'PalvelunNimi/Fi', registering(service('a\nb'))],
  ['a name with a control character', 'PalvelunNimi/Fi', registering(service('a\u009bb'))],
  ['a name that turns the text around it', 'PalvelunNimi/Fi', registering(service('a\u202eb'))],
  ['no contacts', 'Yhteyshenkilot', registering({ Yhteyshenkilot: '<Yhteyshenkilot/>' })],
  [
    '21 contacts',
    'Yhteyshenkilot',
    registering({ Yhteyshenkilot: `<Yhteyshenkilot>${'<Yhteyshenkilo Nimi="A"/>'.repeat(21)}</Yhteyshenkilot>` }),
  ],
  ['a contact without a name', 'Nimi', registering(person('Sahkoposti="a@b.example"'))],
  ['a contact with a long name', 'Nimi', registering(person(`Nimi="${'n'.repeat(201)}"`))],
  ...[
    'a',
    'a@b',
    'a b@c.example',
    '@c.example',
    'a@c..example',
    'a@c.example,d@e.example',
    '<a@c.example>',
    'a@b@c.example',
  ]
    .map((email) => `Nimi="A" Sahkoposti="${escapeXml(email)}"`)
    .map((attributes): [string, string, string] => [attributes, 'Sahkoposti', registering(person(attributes))]),
  [
    'an e-mail of 255 characters',
    'Sahkoposti',
    registering(person(`Nimi="A" Sahkoposti="a@${'b'.repeat(245)}.example"`)),
  ],
  ['a phone of 41 characters', 'Matkapuhelin', registering(person(`Nimi="A" Matkapuhelin="${'1'.repeat(41)}"`))],
  ['a role that is none', 'Rooli', registering(person('Nimi="A" Rooli="PORTSARI"'))],
  ['no Ymparisto', 'Ymparisto', registering({ Ymparisto: '' })],
  ['an Ymparisto that is none', 'Ymparisto', registering({ Ymparisto: '<Ymparisto>KEHITYS</Ymparisto>' })],
  [
    'an operation that is none',
    'Operaatio',
    registering({ o: '<Operaatiot><Operaatio>TuhoaKaikki</Operaatio></Operaatiot>' }),
  ],
  [
    'an operation of joining',
    'Operaatio',
    registering({ o: '<Operaatiot><Operaatio>HaeRekisterointi</Operaatio></Operaatiot>' }),
  ],
  ['neither yes nor no', 'Paperi', registering({ t: '<Toimitustavat><Paperi>ehkä</Paperi></Toimitustavat>' })],
  ['a number below 0', 'Vuodessa', registering({ m: '<ArvioituMaara><Vuodessa>-1</Vuodessa></ArvioituMaara>' })],
  [
    'a number over 10^9',
    'Vuodessa',
    registering({ m: '<ArvioituMaara><Vuodessa>1000000001</Vuodessa></ArvioituMaara>' }),
  ],
  [
    'a number with a fraction',
    'HuippuTunnissa',
    registering({ m: '<ArvioituMaara><HuippuTunnissa>1.5</HuippuTunnissa></ArvioituMaara>' }),
  ],
  ...[
    'ftp://a.example/',
    'https://',
    'https:///a',
    'a.example',
    'javascript:alert(1)',
    'https://user@a.example/',
    'https://user:secret@a.example/',
    'https://a.example\\@b.example/',
    'https://a.example/ b',
    'https://a.example:99999/',
    `https://a.example/${'a'.repeat(490)}`,
  ].map((url): [string, string, string] => [
    `the return channel ${url}`,
    'Paluukanava/Osoite',
    registering(channel(url)),
  ]),
  [
    'a return channel without an address',
    'Paluukanava/Osoite',
    registering({ p: '<Paluukanava><Sukupolvi>UUSI</Sukupolvi></Paluukanava>' }),
  ],
  [
    'a generation that is none',
    'Sukupolvi',
    registering({ p: '<Paluukanava><Osoite>https://a.example/</Osoite><Sukupolvi>2</Sukupolvi></Paluukanava>' }),
  ],
  [
    'a code of 41 characters',
    'Liittymiskoodi',
    registering({ c: `<Liittymiskoodi>${'A'.repeat(41)}</Liittymiskoodi>` }),
  ],
  ['a certificate that is no base64', 'Varmenne', registering({ v: '<Varmenne>-----BEGIN</Varmenne>' })],
  ['a certificate that is cut off', 'Varmenne', requestOf('LisaaVarmenne', '<Varmenne>YWJ</Varmenne>')],
  [
    'a certificate of more than 64 KiB',
    'Varmenne',
    requestOf('LisaaVarmenne', `<Varmenne>${Buffer.alloc(65_537).toString('base64')}</Varmenne>`),
  ],
  ['a change of nothing', 'Kysely', requestOf('PaivitaYhteystiedot', '<PoistaPaluukanava>false</PoistaPaluukanava>')],
  [
    'a return channel that is replaced and removed',
    'PoistaPaluukanava',
    requestOf(
      'PaivitaYhteystiedot',
      `${channel('https://a.example/')['Paluukanava']!}<PoistaPaluukanava>1</PoistaPaluukanava>`,
    ),
  ],
  ['no fingerprint', 'Sormenjalki', requestOf('PoistaVarmenne', '')],
  [
    'a fingerprint of SHA-1',
    'Sormenjalki',
    requestOf('PoistaVarmenne', `<Sormenjalki>${'a'.repeat(40)}</Sormenjalki>`),
  ],
  ['a reason of 1001 characters', 'Syy', requestOf('PeruRekisterointi', `<Syy>${'a'.repeat(1001)}</Syy>`)],
  ['a reason with a control character', 'Syy', requestOf('PeruRekisterointi', '<Syy>a\u009b2Jb</Syy>')],
  ['nothing asked for', 'Kysely', asking('')],
  ['a list without ids', 'Kysely', asking('<ViranomaisTunnisteet/>')],
  ['a list of empty ids', 'ViranomaisTunniste', asking(one(' '))],
  [
    'two kinds of ids',
    'Kysely',
    asking(`${one('a')}<SanomaTunnisteet><SanomaTunniste>b</SanomaTunniste></SanomaTunnisteet>`),
  ],
  ['ids and changes', 'Kysely', asking(`${one('a')}<Muutokset><Enintaan>1</Enintaan></Muutokset>`)],
  ['1001 ids', 'ViranomaisTunnisteet', asking(one('a').repeat(1001))],
  ['an id of 401 characters', 'ViranomaisTunniste', asking(one('a'.repeat(401)))],
  ['a cursor and an instant', 'AlkaenPvm', changes('<Kohdistin>1</Kohdistin><AlkaenPvm>2026-11-23</AlkaenPvm>')],
  ['a cursor of 401 characters', 'Kohdistin', changes(`<Kohdistin>${'1'.repeat(401)}</Kohdistin>`)],
  ['an instant that is none', 'AlkaenPvm', changes('<AlkaenPvm>eilen</AlkaenPvm>')],
  ['a limit of 0', 'Enintaan', changes('<Enintaan>0</Enintaan>')],
  ['a limit of 1001', 'Enintaan', changes('<Enintaan>1001</Enintaan>')],
  ['a limit that is no number', 'Enintaan', changes('<Enintaan>kaikki</Enintaan>')],
]
test.each(cases)('%s is refused, and %s is named', (_what, element, xml) => {
  const { code, message, detailFi } = refusalOf(xml)
  expect(code).toBe('REQUEST_INVALID')
  expect([message, detailFi]).toEqual([expect.stringContaining(element), expect.stringContaining(element)])
})

const secrets: [string, string][] = [
  ['an e-mail', registering(person('Nimi="A" Sahkoposti="salaisuus"'))],
  ['a phone', registering(person(`Nimi="A" Matkapuhelin="${'salaisuus'.repeat(9)}"`))],
  ['a name', registering(person('Nimi="salaisuus&#9;&#x9b;"'))],
  ['a role', registering(person('Nimi="A" Rooli="salaisuus"'))],
  ['a code', registering({ c: `<Liittymiskoodi>${'salaisuus'.repeat(9)}</Liittymiskoodi>` })],
  ['the user of an address', registering(channel('https://salaisuus@a.example/'))],
]
test.each(secrets)('a refusal does not quote %s', (_what, xml) => {
  const { message, detailFi } = refusalOf(xml)
  expect(`${message} ${detailFi ?? ''}`).not.toContain('salaisuus')
})
