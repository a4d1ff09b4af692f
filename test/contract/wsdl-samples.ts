import { broken } from '../support/contract-files.js'

export const NAMESPACE = 'http://www.suomi.fi/asiointitili'

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
export const statusBlock = (code: number): string =>
  `<TilaKoodi><TilaKoodi>${code}</TilaKoodi><TilaKoodiKuvaus>Kuvaus</TilaKoodiKuvaus><SanomaTunniste>s-1</SanomaTunniste></TilaKoodi>`

const wrap = (name: string, content: string): string =>
  `<${name} xmlns="${NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">${content}</${name}>`
const request = (operation: string, query: string): string => wrap(operation, authority + query)
export const response = (operation: string, result: string): string =>
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
export const sendMessage = request(
  'LahetaViesti',
  `<Kysely><Paperi>false</Paperi><Kohteet>${fullItem}</Kohteet><Tulostustoimittaja>Posti</Tulostustoimittaja>` +
    `<LahetaTulostukseen>false</LahetaTulostukseen>${billing}<Varitulostus>1</Varitulostus></Kysely>`,
)
export const serviceState = request('HaeTilaTieto', '<Kysely/>')

export const validSamples: readonly (readonly [what: string, xml: string])[] = [
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

export const brokenSamples: readonly (readonly [what: string, xml: string])[] = [
  ['Kysely before Viranomainen', wrap('HaeTilaTieto', `<Kysely/>${authority}`)],
  ['no Kysely', wrap('HaeTilaTieto', authority)],
  ['no Viranomainen', wrap('HaeTilaTieto', '<Kysely/>')],
  ['content in an empty Kysely', request('HaeTilaTieto', '<Kysely><KohdeMaara>1</KohdeMaara></Kysely>')],
  ['no PalveluTunnus', broken(serviceState, '<PalveluTunnus>koekunta_ws</PalveluTunnus>', '')],
  ['an Osoite without Maa', broken(serviceState, '<Maa/>', '')],
  ['an unqualified payload', broken(serviceState, ` xmlns="${NAMESPACE}"`, '')],
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
