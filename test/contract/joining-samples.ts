import { decodeJoiningCommand } from '../../src/contract/index.js'
import type { JoiningCommand, JoiningOperation } from '../../src/registration/index.js'
import { readXml, type XmlElement } from '../../src/xml/index.js'

export const NAMESPACE = 'urn:asiointitili-gateway:liittymispalvelut:1'

export const party =
  '<Viranomainen><ViranomaisTunnus>koekunta_ws</ViranomaisTunnus><PalveluTunnus>koekunta_ws_1</PalveluTunnus>' +
  '<SanomaTunniste>s-1</SanomaTunniste></Viranomainen>'

/** A request's payload as text; `query` is what stands in Kysely, null for no Kysely at all. */
export const requestOf = (name: string, query: string | null, caller = party): string =>
  `<${name} xmlns="${NAMESPACE}">${caller}${query === null ? '' : `<Kysely>${query}</Kysely>`}</${name}>`

export const payloadOf = (xml: string): XmlElement => readXml(Buffer.from(xml)).root

export const decode = (xml: string): JoiningCommand => decodeJoiningCommand(payloadOf(xml))

/** A command of the operation that the test is about. */
export function decoded<Op extends JoiningOperation>(
  operation: Op,
  xml: string,
): Extract<JoiningCommand, { operation: Op }> {
  const command = decode(xml)
  if (command.operation !== operation) throw new Error(`It was read as ${command.operation}`)
  return command as Extract<JoiningCommand, { operation: Op }>
}

/** What a registration must have, in the order of the schema. */
export const mandatory = {
  YTunnus: '<YTunnus>9000001-1</YTunnus>',
  ViranomaisenNimi: '<ViranomaisenNimi><Fi>Koekunta</Fi></ViranomaisenNimi>',
  PalvelunNimi: '<PalvelunNimi><Fi>Päätökset</Fi></PalvelunNimi>',
  Yhteyshenkilot: '<Yhteyshenkilot><Yhteyshenkilo Nimi="Kaisa Koe"/></Yhteyshenkilot>',
  Ymparisto: '<Ymparisto>TESTI</Ymparisto>',
} as const

/** A registration in which some parts are others, or in which there are more. */
export const registration = (
  changed: Partial<typeof mandatory> | Record<string, string> = {},
  caller = party,
): string => requestOf('RekisteroiPalvelu', Object.values({ ...mandatory, ...changed }).join(''), caller)

export const certificate = Buffer.from('not a certificate, but bytes')

export const fullRegistration = requestOf(
  'RekisteroiPalvelu',
  '<Liittymiskoodi>ABCDE-FGHJK</Liittymiskoodi><YTunnus>9000001-1</YTunnus>' +
    '<ViranomaisenNimi><Fi>Koekunta &amp; pojat</Fi><Sv>Provkommun</Sv><En>Test town</En></ViranomaisenNimi>' +
    '<PalvelunNimi><Fi>Päätökset</Fi></PalvelunNimi>' +
    '<Yhteyshenkilot><Yhteyshenkilo Nimi="Kaisa Koe" Sahkoposti="kaisa@example.org" Matkapuhelin="+358 40 1234567" Rooli="HALLINTO"/>' +
    '<Yhteyshenkilo Nimi="Tero Testi" Rooli="TIETOTURVA"/><Yhteyshenkilo Nimi="Ville"/></Yhteyshenkilot>' +
    '<Ymparisto>TUOTANTO</Ymparisto>' +
    '<Operaatiot><Operaatio>LahetaViesti</Operaatio><Operaatio>HaeTilaTieto</Operaatio></Operaatiot>' +
    '<Toimitustavat><Sahkoinen>true</Sahkoinen><Paperi>true</Paperi><Todisteellinen>1</Todisteellinen></Toimitustavat>' +
    '<Paluukanava><Osoite>https://koekunta.example/paluu?a=1</Osoite><Sukupolvi>UUSI</Sukupolvi></Paluukanava>' +
    '<ArvioituMaara><Vuodessa>120000</Vuodessa><HuippuTunnissa>0</HuippuTunnissa></ArvioituMaara>' +
    `<Varmenne>${certificate.toString('base64')}</Varmenne>`,
)

export const fingerprint = 'ab'.repeat(32)

/** Every operation as the schema has it: what a request may be at most, and at least. */
export const requests: readonly (readonly [what: string, xml: string])[] = [
  ['RekisteroiPalvelu with everything', fullRegistration],
  ['RekisteroiPalvelu with what it must have', registration()],
  ['HaeRekisterointi', requestOf('HaeRekisterointi', null)],
  [
    'PaivitaYhteystiedot',
    requestOf(
      'PaivitaYhteystiedot',
      `${mandatory.Yhteyshenkilot}<Paluukanava><Osoite>https://koekunta.example/</Osoite></Paluukanava>`,
    ),
  ],
  [
    'PaivitaYhteystiedot without a return channel',
    requestOf('PaivitaYhteystiedot', '<PoistaPaluukanava>true</PoistaPaluukanava>'),
  ],
  ['LisaaVarmenne', requestOf('LisaaVarmenne', `<Varmenne>${certificate.toString('base64')}</Varmenne>`)],
  ['LisaaVarmenne with a code', requestOf('LisaaVarmenne', '<Liittymiskoodi>ABCDE</Liittymiskoodi>')],
  ['PoistaVarmenne', requestOf('PoistaVarmenne', `<Sormenjalki>${fingerprint}</Sormenjalki>`)],
  ['PeruRekisterointi', requestOf('PeruRekisterointi', null)],
  ['PeruRekisterointi with a reason', requestOf('PeruRekisterointi', '<Syy>Palvelu päättyy</Syy>')],
  [
    'HaeViestienTila by references',
    requestOf(
      'HaeViestienTila',
      '<ViranomaisTunnisteet><ViranomaisTunniste>a-1</ViranomaisTunniste><ViranomaisTunniste>a-2</ViranomaisTunniste></ViranomaisTunnisteet>',
    ),
  ],
  [
    'HaeViestienTila by numbers',
    requestOf(
      'HaeViestienTila',
      '<AsiointitiliTunnisteet><AsiointitiliTunniste>574909</AsiointitiliTunniste></AsiointitiliTunnisteet>',
    ),
  ],
  [
    'HaeViestienTila by exchange ids',
    requestOf('HaeViestienTila', '<SanomaTunnisteet><SanomaTunniste>s-1</SanomaTunniste></SanomaTunnisteet>'),
  ],
  [
    'HaeViestienTila from an instant',
    requestOf('HaeViestienTila', '<Muutokset><AlkaenPvm>2026-11-23T08:00:00+02:00</AlkaenPvm></Muutokset>'),
  ],
  [
    'HaeViestienTila from a cursor',
    requestOf('HaeViestienTila', '<Muutokset><Kohdistin>1.2.3</Kohdistin><Enintaan>10</Enintaan></Muutokset>'),
  ],
]
