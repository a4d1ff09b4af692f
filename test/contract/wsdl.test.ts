import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { XmlDocument, XmlElement, XmlLibError, XmlValidateError, XsdValidator } from 'libxml2-wasm'
import { type Client, createClientAsync } from 'soap'

const wsdlFile = 'wsdl/Viranomaispalvelut.wsdl'
const xsdFile = 'xsd/Viranomaispalvelut.xsd'
const namespace = 'http://www.suomi.fi/asiointitili'
const prefixes = {
  xs: 'http://www.w3.org/2001/XMLSchema',
  wsdl: 'http://schemas.xmlsoap.org/wsdl/',
  soap: 'http://schemas.xmlsoap.org/wsdl/soap/',
  wsaw: 'http://www.w3.org/2006/05/addressing/wsdl',
  envelope: 'http://schemas.xmlsoap.org/soap/envelope/',
  asi: namespace,
}
const operations = ['HaeAsiakkaita', 'LisaaKohteita', 'LahetaViesti', 'HaeTilaTieto']
const actionOf = (operation: string): string => `${namespace}/Viranomaispalvelut/${operation}`
const addressOnDisk = 'http://localhost:8080/Asiointitili/ViranomaispalvelutWSInterface'

const wsdl = await readFile(wsdlFile, 'utf8')
const xsd = await readFile(xsdFile, 'utf8')

// ── The contract as data: column "1.7" of the tables, with Kustannuspaikka ────────────────────────────────────────────
// One line per part, in order: name, type, min..max, then `nillable`, `default=`, lengths. `@` marks an attribute,
// a slash the type of an element that has no type name of its own.

const caller = 'Viranomainen tns:Viranomainen 1..1'
const status = 'TilaKoodi tns:TilaKoodi_WS 0..1'
const echoedCustomer = ['@AsiakasTunnus xs:string optional', '@TunnusTyyppi xs:string optional']
const item = [
  'Asiakas tns:Asiakas 1..n',
  'ViranomaisTunniste xs:string 0..1',
  'Viittaus tns:Viittaus_WS 0..1',
  'VahvistusVaatimus xs:int 0..1',
  'VaadiLukukuittaus xs:int 0..1',
  'AsiaNumero xs:string 0..1',
  'Nimeke xs:string 1..1',
  'LahetysPvm xs:dateTime 1..1',
  'LahettajaNimi xs:string 0..1',
  'KuvausTeksti xs:string 1..1',
  'Tila tns:Tila_WS2 0..1',
  'Tiedostot tns:ArrayOfTiedosto 0..1',
  'ViranomaisenEmail xs:string 0..1',
  'EmailLisatietoOtsikko xs:string 0..1',
  'EmailLisatietoSisalto xs:string 0..1',
  'TavoitettavuusTietoEmail xs:string 0..1',
  'Viestityyppi xs:int 0..1',
  'LisaaOsoitesivu xs:boolean 0..1 default=false',
  'SalliLiitteenKiertoPystyyn xs:boolean 0..1 default=false',
]

const contract: Record<string, string[]> = {
  '/HaeAsiakkaita': [caller, 'Kysely tns:Kysely_WS1 1..1'],
  '/HaeAsiakkaitaResponse': ['HaeAsiakkaitaResult tns:Vastaus_WS1 1..1'],
  '/LisaaKohteita': [caller, 'Kysely tns:Kysely_WS2 1..1'],
  '/LisaaKohteitaResponse': ['LisaaKohteitaResult tns:Vastaus_WS2 1..1'],
  '/LahetaViesti': [caller, 'Kysely tns:Kysely_WS2A 1..1'],
  '/LahetaViestiResponse': ['LahetaViestiResult tns:Vastaus_WS2A 1..1'],
  '/HaeTilaTieto': [caller, 'Kysely tns:Kysely_WS10 1..1'],
  '/HaeTilaTietoResponse': ['HaeTilaTietoResult tns:Vastaus_WS10 1..1'],
  Viranomainen: [
    'ViranomaisTunnus xs:string 0..1',
    'PalveluTunnus xs:string 1..1',
    'KayttajaTunnus xs:string 0..1',
    'Yhteyshenkilo tns:Yhteyshenkilo 0..1',
    'Osoite tns:Osoite 0..1',
    'SanomaTunniste xs:string 0..1',
    'SanomaVersio xs:string 0..1',
    'SanomaVarmenneNimi xs:string 0..1',
  ],
  Yhteyshenkilo: ['@Nimi xs:string optional', '@Sahkoposti xs:string optional', '@Matkapuhelin xs:string optional'],
  Osoite: [
    'Nimi xs:string 1..1',
    'Lahiosoite xs:string 1..1',
    'Postinumero xs:string 1..1',
    'Postitoimipaikka xs:string 1..1',
    'Maa xs:string 1..1 default=FI',
  ],
  Asiakas: [
    'Osoite tns:Osoite 0..1',
    '@AsiakasTunnus xs:string optional',
    '@TunnusTyyppi xs:string optional default=SSN',
    '@Sahkoposti xs:string optional',
    '@Matkapuhelin xs:string optional',
  ],
  ArrayOfAsiakas: ['Asiakas tns:Asiakas 0..n nillable'],
  TilaKoodi_WS: ['TilaKoodi xs:int 1..1', 'TilaKoodiKuvaus xs:string 0..1', 'SanomaTunniste xs:string 0..1'],
  Viittaus_WS: ['@ViittausTunniste xs:string optional', '@ViittausTunnisteTyyppi xs:string optional'],
  Tila_WS2: [
    'TilaKoodi xs:string 0..1',
    'Tila xs:string 0..1',
    'TilaKuvaus xs:string 0..1',
    'TilaPvm xs:dateTime 1..1 nillable',
  ],
  Tiedosto: [
    'TiedostonKuvaus xs:string 0..1',
    'TiedostoURL xs:string 0..1',
    'TiedostoSisalto xs:base64Binary 0..1',
    'TiedostoID xs:string 0..1',
    'TiedostoKoko xs:string 0..1',
    'TiedostoMuoto xs:string 0..1',
    'TiedostoNimi xs:string 0..1',
  ],
  ArrayOfTiedosto: ['Tiedosto tns:Tiedosto 0..n'],
  Kysely_WS1: [
    'KyselyLaji xs:string 0..1',
    'KyselyAlku xs:dateTime 1..1 nillable',
    'KyselyLoppu xs:dateTime 1..1 nillable',
    'Asiakkaat tns:ArrayOfAsiakas 0..1',
  ],
  Vastaus_WS1: [status, 'Asiakkaat tns:ArrayOfAsiakas_WS1_V 0..1'],
  ArrayOfAsiakas_WS1_V: ['Asiakas tns:Asiakas_WS1_V 0..n nillable'],
  Asiakas_WS1_V: ['Tila xs:int 1..1', 'TilaPvm xs:dateTime 1..1', 'TiliPassivoitu xs:int 1..1', ...echoedCustomer],
  Kysely_WS2: ['KohdeMaara xs:int 1..1', 'Kohteet tns:ArrayOfKohde_WS2 0..1'],
  ArrayOfKohde_WS2: ['Kohde tns:Kohde_WS2 0..n nillable'],
  Kohde_WS2: item,
  Vastaus_WS2: [status, 'KohdeMaara xs:int 0..1', 'Kohteet tns:ArrayOfKohde_WS2_V 0..1'],
  ArrayOfKohde_WS2_V: ['Kohde tns:Kohde_WS2_V 0..n'],
  Kohde_WS2_V: ['ViranomaisTunniste xs:string 0..1', 'Asiakas tns:Asiakas_WS2_V 0..n'],
  Asiakas_WS2_V: [
    'AsiointitiliTunniste xs:string 0..1',
    'KohteenTila xs:int 1..1',
    'KohteenTilaKuvaus xs:string 0..1',
    ...echoedCustomer,
  ],
  Kysely_WS2A: [
    'Paperi xs:boolean 0..1',
    'Kohteet tns:ArrayOfKohde_WS2A 0..1',
    'Tulostustoimittaja xs:string 1..1',
    'LahetaTulostukseen xs:boolean 0..1 default=true',
    'Laskutus /Laskutus 0..1',
    'Varitulostus xs:boolean 0..1',
  ],
  '/Laskutus': [
    'Tunniste xs:string 1..1 length=6',
    'Salasana xs:string 0..1 length=4',
    'Kustannuspaikka xs:string 0..1 minLength=1 maxLength=15',
  ],
  ArrayOfKohde_WS2A: ['Kohde tns:Kohde_WS2A 0..n nillable'],
  Kohde_WS2A: item,
  Vastaus_WS2A: [status],
  Kysely_WS10: [],
  Vastaus_WS10: [status],
}

// ── Reading the published files ───────────────────────────────────────────────────────────────────────────────────────

function withDocument<T>(xml: string, read: (root: XmlElement) => T): T {
  const document = XmlDocument.fromString(xml)
  try {
    return read(document.root)
  } finally {
    document.dispose()
  }
}

const select = (from: XmlElement, path: string): XmlElement[] =>
  from.find(path, prefixes).filter((node) => node instanceof XmlElement)

const attribute = (element: XmlElement, name: string): string | undefined => element.attr(name)?.value

function partOf(element: XmlElement): string {
  const name = attribute(element, 'name') ?? '?'
  const base = select(element, 'xs:simpleType/xs:restriction')[0]
  const type = attribute(element, 'type') ?? (base ? attribute(base, 'base') : `/${name}`)
  const facets = base ? select(base, '*').map((f) => `${f.name}=${attribute(f, 'value') ?? '?'}`) : []
  const byDefault = attribute(element, 'default')
  const flags = [
    ...(attribute(element, 'nillable') === 'true' ? ['nillable'] : []),
    ...(byDefault === undefined ? [] : [`default=${byDefault}`]),
    ...facets,
  ]
  if (element.name === 'attribute') {
    return [`@${name}`, type, attribute(element, 'use') ?? 'optional', ...flags].join(' ')
  }
  const most = attribute(element, 'maxOccurs') ?? '1'
  const least = attribute(element, 'minOccurs') ?? '1'
  return [name, type, `${least}..${most === 'unbounded' ? 'n' : most}`, ...flags].join(' ')
}

function typesOf(schema: XmlElement): Record<string, string[]> {
  const entries = select(schema, '//xs:complexType').map((type) => {
    const owner = type.parent
    const name = attribute(type, 'name') ?? `/${(owner && attribute(owner, 'name')) ?? '?'}`
    return [name, select(type, 'xs:sequence/xs:element | xs:attribute').map(partOf)] as const
  })
  return Object.fromEntries(entries)
}

// ── Sample documents ──────────────────────────────────────────────────────────────────────────────────────────────────

const authority =
  '<Viranomainen><ViranomaisTunnus>koekunta_ws</ViranomaisTunnus><PalveluTunnus>koekunta_ws</PalveluTunnus>' +
  '<KayttajaTunnus>koe</KayttajaTunnus><Yhteyshenkilo Nimi="Kaisa Koe" Sahkoposti="koe@example.org"/>' +
  '<Osoite><Nimi>Koekunta</Nimi><Lahiosoite>PL 1</Lahiosoite><Postinumero>00001</Postinumero>' +
  '<Postitoimipaikka>Koekylä</Postitoimipaikka><Maa/></Osoite><SanomaTunniste>s-1</SanomaTunniste>' +
  '<SanomaVersio>1.0</SanomaVersio><SanomaVarmenneNimi>koe kunta</SanomaVarmenneNimi></Viranomainen>'
const recipient =
  '<Asiakas AsiakasTunnus="010190-900P" TunnusTyyppi="SSN"><Osoite><Nimi>Koe Henkilö</Nimi>' +
  '<Lahiosoite>Koetie 1</Lahiosoite><Postinumero>00100</Postinumero><Postitoimipaikka>Helsinki</Postitoimipaikka>' +
  '<Maa>FI</Maa></Osoite></Asiakas>'
const smallItem =
  '<Kohde><Asiakas AsiakasTunnus="010190-900P"/><Nimeke>Otsikko</Nimeke><LahetysPvm>2026-11-23T08:00:00+02:00</LahetysPvm>' +
  '<KuvausTeksti>Teksti</KuvausTeksti></Kohde>'
const fullItem =
  `<Kohde>${recipient}<Asiakas AsiakasTunnus="1234567-1" TunnusTyyppi="CRN"/>` +
  '<ViranomaisTunniste>LP-1|a/b</ViranomaisTunniste>' +
  '<Viittaus ViittausTunniste="574909" ViittausTunnisteTyyppi="AsiointitiliTunniste"/>' +
  '<VahvistusVaatimus>1</VahvistusVaatimus><VaadiLukukuittaus>0</VaadiLukukuittaus><AsiaNumero>A-1</AsiaNumero>' +
  '<Nimeke>Otsikko</Nimeke><LahetysPvm>2026-11-23T06:00:00.123456Z</LahetysPvm><LahettajaNimi>Yksikkö</LahettajaNimi>' +
  '<KuvausTeksti>Teksti</KuvausTeksti><Tila><TilaKoodi>x</TilaKoodi>' +
  '<TilaPvm xsi:nil="true"/></Tila><Tiedostot><Tiedosto><TiedostonKuvaus>Päätös</TiedostonKuvaus>' +
  '<TiedostoSisalto>JVBERi0xLjQ=</TiedostoSisalto><TiedostoKoko>1</TiedostoKoko>' +
  '<TiedostoMuoto>application/pdf</TiedostoMuoto><TiedostoNimi>paatos.pdf</TiedostoNimi></Tiedosto></Tiedostot>' +
  '<ViranomaisenEmail>koe@example.org</ViranomaisenEmail><EmailLisatietoOtsikko>Uusi viesti</EmailLisatietoOtsikko>' +
  '<EmailLisatietoSisalto>Lue viesti</EmailLisatietoSisalto>' +
  '<TavoitettavuusTietoEmail>henkilo@example.org</TavoitettavuusTietoEmail><Viestityyppi>2</Viestityyppi>' +
  '<LisaaOsoitesivu>true</LisaaOsoitesivu><SalliLiitteenKiertoPystyyn>0</SalliLiitteenKiertoPystyyn></Kohde>'
const billing =
  '<Laskutus><Tunniste>123456</Tunniste><Salasana>abcd</Salasana><Kustannuspaikka>KP-1</Kustannuspaikka></Laskutus>'
const statusBlock = (code: number): string =>
  `<TilaKoodi><TilaKoodi>${code}</TilaKoodi><TilaKoodiKuvaus>Kuvaus</TilaKoodiKuvaus><SanomaTunniste>s-1</SanomaTunniste></TilaKoodi>`

const wrap = (name: string, content: string): string =>
  `<${name} xmlns="${namespace}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">${content}</${name}>`
const request = (operation: string, query: string): string => wrap(operation, authority + query)
const response = (operation: string, result: string): string =>
  wrap(`${operation}Response`, `<${operation}Result>${result}</${operation}Result>`)

const queryCustomers = request(
  'HaeAsiakkaita',
  '<Kysely><KyselyLaji>Asiakkaat</KyselyLaji><KyselyAlku xsi:nil="true"/><KyselyLoppu xsi:nil="true"/>' +
    '<Asiakkaat><Asiakas AsiakasTunnus="010190-900P"/><Asiakas xsi:nil="true"/></Asiakkaat></Kysely>',
)
const addItems = request(
  'LisaaKohteita',
  `<Kysely><KohdeMaara>2</KohdeMaara><Kohteet>${fullItem}${smallItem}</Kohteet></Kysely>`,
)
const sendMessage = request(
  'LahetaViesti',
  `<Kysely><Paperi>false</Paperi><Kohteet>${fullItem}</Kohteet><Tulostustoimittaja>Posti</Tulostustoimittaja>` +
    `<LahetaTulostukseen>false</LahetaTulostukseen>${billing}<Varitulostus>1</Varitulostus></Kysely>`,
)
const serviceState = request('HaeTilaTieto', '<Kysely/>')

const validSamples: [string, string][] = [
  ['a HaeAsiakkaita request with nil interval', queryCustomers],
  ['a LisaaKohteita request with a full and a small item', addItems],
  ['a LahetaViesti request with every part', sendMessage],
  [
    'a LahetaViesti request with only what is mandatory',
    wrap(
      'LahetaViesti',
      `<Viranomainen><PalveluTunnus>p</PalveluTunnus></Viranomainen><Kysely><Kohteet>${smallItem}</Kohteet>` +
        '<Tulostustoimittaja>Posti</Tulostustoimittaja></Kysely>',
    ),
  ],
  ['a HaeTilaTieto request', serviceState],
  [
    'a HaeAsiakkaita response',
    response(
      'HaeAsiakkaita',
      `${statusBlock(0)}<Asiakkaat><Asiakas AsiakasTunnus="010190-900P" TunnusTyyppi="SSN"><Tila>300</Tila>` +
        '<TilaPvm>2026-11-23T08:00:00.143+02:00</TilaPvm><TiliPassivoitu>0</TiliPassivoitu></Asiakas></Asiakkaat>',
    ),
  ],
  [
    'a LisaaKohteita response',
    response(
      'LisaaKohteita',
      `${statusBlock(0)}<KohdeMaara>1</KohdeMaara><Kohteet><Kohde><ViranomaisTunniste>a</ViranomaisTunniste>` +
        '<Asiakas AsiakasTunnus="010190-900P" TunnusTyyppi="SSN"><AsiointitiliTunniste>574909</AsiointitiliTunniste>' +
        '<KohteenTila>200</KohteenTila><KohteenTilaKuvaus>Kuvaus</KohteenTilaKuvaus></Asiakas></Kohde></Kohteet>',
    ),
  ],
  ['a LahetaViesti response', response('LahetaViesti', statusBlock(202))],
  ['a HaeTilaTieto response', response('HaeTilaTieto', statusBlock(0))],
]

/** Replaces the first occurrence and insists that there was one, so that a broken sample is really broken. */
function broken(sample: string, from: string, to: string): string {
  if (!sample.includes(from)) throw new Error(`The sample does not contain ${from}.`)
  return sample.replace(from, to)
}

const brokenSamples: [string, string][] = [
  ['Kysely before Viranomainen', wrap('HaeTilaTieto', `<Kysely/>${authority}`)],
  ['no Kysely', wrap('HaeTilaTieto', authority)],
  ['no Viranomainen', wrap('HaeTilaTieto', '<Kysely/>')],
  ['content in an empty Kysely', request('HaeTilaTieto', '<Kysely><KohdeMaara>1</KohdeMaara></Kysely>')],
  ['no PalveluTunnus', broken(serviceState, '<PalveluTunnus>koekunta_ws</PalveluTunnus>', '')],
  ['an Osoite without Maa', broken(serviceState, '<Maa/>', '')],
  ['an unqualified payload', broken(serviceState, ` xmlns="${namespace}"`, '')],
  ['no KyselyLoppu', broken(queryCustomers, '<KyselyLoppu xsi:nil="true"/>', '')],
  ['an empty KyselyAlku that is not nil', broken(queryCustomers, '<KyselyAlku xsi:nil="true"/>', '<KyselyAlku/>')],
  ['a KohdeMaara that is no number', broken(addItems, '<KohdeMaara>2<', '<KohdeMaara>kaksi<')],
  ['an item without Asiakas', broken(addItems, '<Kohde><Asiakas AsiakasTunnus="010190-900P"/>', '<Kohde>')],
  ['an item without Nimeke', broken(addItems, '<Nimeke>Otsikko</Nimeke>', '')],
  ['an item without KuvausTeksti', broken(addItems, '<KuvausTeksti>Teksti</KuvausTeksti>', '')],
  ['an empty LahetysPvm', broken(addItems, '2026-11-23T06:00:00.123456Z', '')],
  ['a flag that is no number', broken(addItems, '<VahvistusVaatimus>1<', '<VahvistusVaatimus>true<')],
  ['the element Maksullisuus of older generations', broken(addItems, '<Tila>', '<Maksullisuus>0</Maksullisuus><Tila>')],
  [
    'VaadiLukukuittaus at its place of 2014',
    broken(
      broken(addItems, '<VaadiLukukuittaus>0</VaadiLukukuittaus>', ''),
      '<EmailLisatietoOtsikko>',
      '<VaadiLukukuittaus>0</VaadiLukukuittaus><EmailLisatietoOtsikko>',
    ),
  ],
  ['an attachment whose base64 is cut short', broken(addItems, 'JVBERi0xLjQ=', 'JVBERi0xL')],
  ['no Tulostustoimittaja', broken(sendMessage, '<Tulostustoimittaja>Posti</Tulostustoimittaja>', '')],
  ['two times Paperi', broken(sendMessage, '<Paperi>false</Paperi>', '<Paperi>0</Paperi><Paperi>0</Paperi>')],
  ['a Paperi that is no boolean', broken(sendMessage, '<Paperi>false<', '<Paperi>ei<')],
  ['a billing identifier of 5 characters', broken(sendMessage, '>123456<', '>12345<')],
  ['a billing identifier of 7 characters', broken(sendMessage, '>123456<', '>1234567<')],
  ['a Laskutus without Tunniste', broken(sendMessage, '<Tunniste>123456</Tunniste>', '')],
  ['a billing password of 3 characters', broken(sendMessage, '>abcd<', '>abc<')],
  ['a billing password of 5 characters', broken(sendMessage, '>abcd<', '>abcde<')],
  ['an empty cost centre', broken(sendMessage, '>KP-1<', '><')],
  ['a cost centre of 16 characters', broken(sendMessage, '>KP-1<', `>${'k'.repeat(16)}<`)],
  ['a response without its result', wrap('LahetaViestiResponse', '')],
  [
    'a status block without its code',
    broken(response('LahetaViesti', statusBlock(202)), '<TilaKoodi>202</TilaKoodi>', ''),
  ],
]

/** Undefined when the document is valid, otherwise what the validator says. */
function faultOf(xml: string): string | undefined {
  const schema = XmlDocument.fromString(xsd)
  const validator = XsdValidator.fromDoc(schema)
  const document = XmlDocument.fromString(xml)
  try {
    validator.validate(document)
    return undefined
  } catch (error) {
    if (error instanceof XmlValidateError) return error.message
    throw error
  } finally {
    document.dispose()
    validator.dispose()
    schema.dispose()
  }
}

// ── The schema ────────────────────────────────────────────────────────────────────────────────────────────────────────

test('libxml2 compiles the schema', () => {
  expect(faultOf(serviceState)).toBeUndefined()
})

test('libxml2 refuses the schema when a type is taken out of it', () => {
  const schema = XmlDocument.fromString(xsd.replace('<xs:complexType name="Osoite">', '<xs:complexType name="Muu">'))
  expect(() => XsdValidator.fromDoc(schema)).toThrow(XmlLibError)
  schema.dispose()
})

test.each(validSamples)('the schema accepts %s', (_name, xml) => {
  expect(faultOf(xml)).toBeUndefined()
})

test.each(brokenSamples)('the schema refuses %s', (_name, xml) => {
  expect(faultOf(xml)).toBeDefined()
})

test.each([
  ['Tunniste', '123456'],
  ['Salasana', 'äöå€'],
  ['Kustannuspaikka', 'k'],
  ['Kustannuspaikka', 'k'.repeat(15)],
])('the billing part %s may be %s, counted in characters', (name, value) => {
  const sample = sendMessage.replace(new RegExp(`<${name}>[^<]*</${name}>`), `<${name}>${value}</${name}>`)
  expect(sample).toContain(`<${name}>${value}<`)
  expect(faultOf(sample)).toBeUndefined()
})

test('names, types, order, cardinalities, nil, defaults and lengths equal those of the contract', () => {
  const published = withDocument(xsd, typesOf)
  expect(published).toEqual(contract)
})

test('the schema has the namespace, form and version of the contract', () => {
  const header = withDocument(xsd, (schema) =>
    ['targetNamespace', 'elementFormDefault', 'attributeFormDefault', 'version'].map((name) => attribute(schema, name)),
  )
  expect(header).toEqual([namespace, 'qualified', 'unqualified', '1.7'])
})

test('the schema has exactly one request and one response element per operation', () => {
  const elements = withDocument(xsd, (schema) => select(schema, 'xs:element').map((e) => attribute(e, 'name')))
  expect(elements).toEqual(operations.flatMap((operation) => [operation, `${operation}Response`]))
})

test('every element, attribute and type is explained in English and in Finnish', () => {
  const unexplained = withDocument(xsd, (schema) =>
    [schema, ...select(schema, '//xs:element | //xs:attribute | //xs:complexType')].flatMap((part) => {
      const texts = select(part, 'xs:annotation/xs:documentation')
      const languages = texts
        .filter((text) => text.content.trim() !== '')
        .map((text) => text.attr('lang', 'xml')?.value)
      return languages.join() === 'en,fi' ? [] : [`${part.name} ${attribute(part, 'name') ?? ''} (${languages.join()})`]
    }),
  )
  expect(unexplained).toEqual([])
})

test('both files say that they are an independent description and carry no comments', () => {
  for (const file of [wsdl, xsd]) {
    expect(file).toMatch(/independent\s+description/)
    expect(file).toMatch(/itsenäisesti\s+laatima\s+kuvaus/)
    expect(file).not.toContain('<!--')
  }
})

// ── The service description ───────────────────────────────────────────────────────────────────────────────────────────

test('the two values that the server substitutes occur exactly once in the service description', () => {
  expect(wsdl.split('schemaLocation="Viranomaispalvelut.xsd"')).toHaveLength(2)
  expect(wsdl.split(`location="${addressOnDisk}"`)).toHaveLength(2)
  expect(wsdl.match(/schemaLocation\s*=/g)).toHaveLength(1)
  expect(wsdl.match(/<soap:address\b/g)).toHaveLength(1)
})

test('messages, port type, binding, service and addressing actions have the names of the contract', () => {
  const seen = withDocument(wsdl, (root) => ({
    names: [root, ...select(root, 'wsdl:portType | wsdl:binding | wsdl:service | wsdl:service/wsdl:port')].map((e) =>
      attribute(e, 'name'),
    ),
    messages: select(root, 'wsdl:message').map((message) => {
      const part = select(message, 'wsdl:part').map(
        (p) => `${attribute(p, 'name') ?? ''}=${attribute(p, 'element') ?? ''}`,
      )
      return `${attribute(message, 'name') ?? ''} ${part.join()}`
    }),
    actions: select(root, 'wsdl:portType/wsdl:operation/*[self::wsdl:input or self::wsdl:output]').map(
      (e) => `${attribute(e, 'message') ?? ''} ${e.attr('Action', 'wsaw')?.value ?? ''}`,
    ),
    soapActions: select(root, 'wsdl:binding/wsdl:operation/soap:operation').map((e) => attribute(e, 'soapAction')),
    style: select(root, 'wsdl:binding/soap:binding').map((e) => attribute(e, 'style')),
    use: select(root, 'wsdl:binding//soap:body').map((e) => attribute(e, 'use')),
  }))
  expect(seen).toEqual({
    names: [
      'Viranomaispalvelut',
      'Viranomaispalvelut',
      'ViranomaispalvelutSoap',
      'ViranomaispalvelutService',
      'ViranomaispalvelutPort',
    ],
    messages: operations.flatMap((o) => [
      `${o}_Pyynto parameters=tns:${o}`,
      `${o}_Vastaus parameters=tns:${o}Response`,
    ]),
    actions: operations.flatMap((o) => [`tns:${o}_Pyynto ${actionOf(o)}`, `tns:${o}_Vastaus ${actionOf(o)}Response`]),
    soapActions: operations.map(actionOf),
    style: ['document'],
    use: Array<string>(8).fill('literal'),
  })
})

/** Names of the children in the order in which node-soap would write them; `[]` marks a list and is dropped. */
function childNames(description: unknown, ...path: string[]): string[] {
  const children = (of: unknown): Record<string, unknown> => of as Record<string, unknown>
  const target = path.reduce((at: unknown, name) => children(at)[name] ?? children(at)[`${name}[]`], description)
  return Object.keys(children(target))
    .filter((name) => !name.startsWith('targetN'))
    .map((name) => name.replace('[]', ''))
}

const elementNames = (type: string): string[] =>
  (contract[type] ?? []).filter((part) => !part.startsWith('@')).map((part) => part.split(' ')[0] ?? '')

/** A vendor keeps both files in one folder, as they are referred to. */
async function clientFromFiles(): Promise<Client> {
  const folder = await mkdtemp(join(tmpdir(), 'viranomaispalvelut-'))
  try {
    await copyFile(wsdlFile, join(folder, 'Viranomaispalvelut.wsdl'))
    await copyFile(xsdFile, join(folder, 'Viranomaispalvelut.xsd'))
    return await createClientAsync(join(folder, 'Viranomaispalvelut.wsdl'), { disableCache: true })
  } finally {
    await rm(folder, { recursive: true })
  }
}

test('node-soap sees one service with one port, four operations and their actions', async () => {
  const client = await clientFromFiles()
  const description = client.describe() as Record<string, Record<string, Record<string, unknown>>>
  const methods = client.wsdl.definitions.bindings['ViranomaispalvelutSoap']?.methods ?? {}
  const port = client.wsdl.definitions.services['ViranomaispalvelutService']?.ports['ViranomaispalvelutPort']

  expect(Object.keys(description)).toEqual(['ViranomaispalvelutService'])
  expect(Object.keys(description['ViranomaispalvelutService'] ?? {})).toEqual(['ViranomaispalvelutPort'])
  expect(childNames(description, 'ViranomaispalvelutService', 'ViranomaispalvelutPort')).toEqual(operations)
  expect(Object.values(methods).map((method) => method.soapAction)).toEqual(operations.map(actionOf))
  expect(port?.location).toBe(addressOnDisk)
})

test.each([
  ['HaeAsiakkaita', ['input'], '/HaeAsiakkaita'],
  ['HaeAsiakkaita', ['input', 'Viranomainen'], 'Viranomainen'],
  ['HaeAsiakkaita', ['input', 'Kysely'], 'Kysely_WS1'],
  ['HaeAsiakkaita', ['output', 'HaeAsiakkaitaResult', 'Asiakkaat', 'Asiakas'], 'Asiakas_WS1_V'],
  ['LisaaKohteita', ['input', 'Kysely', 'Kohteet', 'Kohde'], 'Kohde_WS2'],
  ['LisaaKohteita', ['input', 'Kysely', 'Kohteet', 'Kohde', 'Tiedostot', 'Tiedosto'], 'Tiedosto'],
  ['LisaaKohteita', ['output', 'LisaaKohteitaResult', 'Kohteet', 'Kohde', 'Asiakas'], 'Asiakas_WS2_V'],
  ['LahetaViesti', ['input', 'Kysely'], 'Kysely_WS2A'],
  ['LahetaViesti', ['input', 'Kysely', 'Laskutus'], '/Laskutus'],
  ['LahetaViesti', ['input', 'Kysely', 'Kohteet', 'Kohde'], 'Kohde_WS2A'],
  ['LahetaViesti', ['output', 'LahetaViestiResult', 'TilaKoodi'], 'TilaKoodi_WS'],
  ['HaeTilaTieto', ['input', 'Kysely'], 'Kysely_WS10'],
])('node-soap sees the element order of the contract in %s %j', async (operation, path, type) => {
  const description: unknown = (await clientFromFiles()).describe()
  const names = childNames(description, 'ViranomaispalvelutService', 'ViranomaispalvelutPort', operation, ...path)
  expect(names).toEqual(elementNames(type))
})

interface SendMessageResponse {
  LahetaViestiResult: { TilaKoodi: { TilaKoodi: number } }
}

interface Exchange {
  action: string | undefined
  body: string
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/** A small foreign server: publishes the files with both values substituted, and answers every call the same way. */
async function withPublishedFiles(answer: string, act: (url: string, exchanges: Exchange[]) => Promise<void>) {
  const exchanges: Exchange[] = []
  const server = createServer((incoming, outgoing) => {
    const url = `http://${incoming.headers.host ?? ''}/palvelu`
    const published = incoming.url?.endsWith('?xsd=Viranomaispalvelut.xsd')
      ? xsd
      : wsdl.replace('"Viranomaispalvelut.xsd"', `"${url}?xsd=Viranomaispalvelut.xsd"`).replace(addressOnDisk, url)
    void textOf(incoming).then((body) => {
      if (incoming.method === 'POST') exchanges.push({ action: incoming.headers['soapaction'] as string, body })
      outgoing.setHeader('Content-Type', 'text/xml; charset=utf-8')
      outgoing.end(incoming.method === 'POST' ? answer : published)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    await act(`http://127.0.0.1:${(server.address() as AddressInfo).port}/palvelu`, exchanges)
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

const payloadOf = (envelope: string): string =>
  withDocument(envelope, (root) => {
    const payload = select(root, 'envelope:Body/*')[0]
    if (!payload) throw new Error('The envelope has no payload.')
    return payload.toString({ format: false })
  })

test('a node-soap client made from the published addresses sends a request that the schema accepts', async () => {
  const answer =
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>' +
    `${response('LahetaViesti', statusBlock(202))}</soap:Body></soap:Envelope>`
  await withPublishedFiles(answer, async (url, exchanges) => {
    const client = await createClientAsync(`${url}?wsdl`, { disableCache: true })
    const send = client['LahetaViestiAsync'] as (args: unknown) => Promise<[SendMessageResponse]>
    const [result] = await send({
      Viranomainen: { ViranomaisTunnus: 'koekunta_ws', PalveluTunnus: 'koekunta_ws', SanomaTunniste: 's-1' },
      Kysely: {
        Kohteet: {
          Kohde: [
            {
              Asiakas: [{ attributes: { AsiakasTunnus: '010190-900P', TunnusTyyppi: 'SSN' } }],
              ViranomaisTunniste: 'a-1',
              Nimeke: 'Otsikko',
              LahetysPvm: '2026-11-23T08:00:00+02:00',
              KuvausTeksti: 'Teksti',
              Tiedostot: { Tiedosto: [{ TiedostoSisalto: 'JVBERi0xLjQ=', TiedostoNimi: 'paatos.pdf' }] },
            },
          ],
        },
        Tulostustoimittaja: 'Posti',
        LahetaTulostukseen: 'false',
        Laskutus: { Tunniste: '123456', Salasana: 'abcd', Kustannuspaikka: 'KP-1' },
      },
    })

    expect(exchanges).toHaveLength(1)
    expect(exchanges[0]?.action).toBe(`"${actionOf('LahetaViesti')}"`)
    expect(faultOf(payloadOf(exchanges[0]?.body ?? ''))).toBeUndefined()
    expect(result.LahetaViestiResult.TilaKoodi.TilaKoodi).toBe(202)
  })
})
