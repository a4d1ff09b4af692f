import type { TypesByName } from '../support/contract-files.js'

const head = 'Viranomainen tns:Viranomainen 0..1'
const customer = ['@AsiakasTunnus xs:string optional', '@TunnusTyyppi xs:string optional']
const status = 'TilaKoodi tns:TilaKoodi_WS 0..1'
const text = (name: string, needed = false): string => `${name} xs:string ${needed ? '1' : '0'}..1`

/** The two generations as data: the tables of paluukanava.md §1–§3. */
export const returnChannelTypes = (generation: 'old' | 'new'): TypesByName => {
  const isNew = generation === 'new'
  const newer = (...parts: string[]): string[] => (isNew ? parts : [])
  return {
    '/VieKohdeTiloja': [head, 'Kysely tns:Kysely_WSPA4 0..1'],
    '/VieKohdeTilojaResponse': ['VieKohdeTilojaResult tns:Vastaus_WSPA4 0..1'],
    '/VieKohteita': [head, 'Kysely tns:Kysely_WSPA5 0..1'],
    '/VieKohteitaResponse': ['VieKohteitaResult tns:Vastaus_WSPA5 0..1'],
    Viranomainen: [
      ...[text('ViranomaisTunnus'), text('PalveluTunnus'), text('KayttajaTunnus'), text('SanomaTunniste')],
      ...[text('SanomaVersio'), text('SanomaVarmenneNimi')],
    ],
    TilaKoodi_WS: ['TilaKoodi xs:int 1..1', text('TilaKoodiKuvaus'), text('SanomaTunniste')],
    Kysely_WSPA4: ['KohdeMaara xs:int 1..1', 'Kohteet tns:ArrayOfKohde_WSPA4 0..1'],
    ArrayOfKohde_WSPA4: ['Kohde tns:Kohde_WSPA4 0..n nillable'],
    Kohde_WSPA4: [
      ...[text('ViranomaisTunniste'), 'Asiakas tns:Asiakas_WSPA4 0..1'],
      ...newer(text('ViranomaisenEmail'), text('Nimeke')),
    ],
    Asiakas_WSPA4: [
      ...[text('AsiointitiliTunniste'), 'KohteenTila xs:int 1..1', 'KohteenTilaPvm xs:dateTime 1..1'],
      ...[text('KohteenTilaKuvaus'), ...customer],
    ],
    Vastaus_WSPA4: [status],
    Kysely_WSPA5: ['KohdeMaara xs:int 1..1', 'Kohteet tns:ArrayOfKohde_WSPA5 0..1'],
    ArrayOfKohde_WSPA5: ['Kohde tns:Kohde_WSPA5 0..n nillable'],
    Kohde_WSPA5: [
      ...['Asiakas tns:Asiakas_WSPA5 0..1', text('AsiointitiliTunniste'), 'Viittaus tns:ArrayOfViittaus_WS 0..1'],
      ...[text('Nimeke', isNew), 'LahetysPvm xs:dateTime 1..1 nillable', text('LahettajaNimi')],
      ...[text('KuvausTeksti', isNew), 'Tiedostot tns:ArrayOfTiedosto 0..1', ...newer(text('ViranomaisenEmail'))],
    ],
    Asiakas_WSPA5: [...customer, ...newer('@Sahkoposti xs:string optional', '@Matkapuhelin xs:string optional')],
    ArrayOfViittaus_WS: ['Viittaus_WS tns:Viittaus_WS 0..n nillable'],
    Viittaus_WS: ['@ViittausTunniste xs:string optional', '@ViittausTunnisteTyyppi xs:string optional'],
    ArrayOfTiedosto: ['Tiedosto tns:Tiedosto 0..n'],
    Tiedosto: [
      ...[text('TiedostonKuvaus'), text('TiedostoURL'), text('TiedostoSisalto'), text('TiedostoKoko')],
      ...[text('TiedostoMuoto'), text('TiedostoNimi')],
    ],
    Vastaus_WSPA5: [status, 'KohdeMaara xs:int 1..1', 'Kohteet tns:ArrayOfKohde_WSPA5_V 0..1'],
    ArrayOfKohde_WSPA5_V: ['Kohde tns:Kohde_WSPA5_V 0..n nillable'],
    Kohde_WSPA5_V: [
      ...[text('AsiointitiliTunniste'), text('ViranomaisTunniste'), 'KohteenTila xs:int 1..1'],
      text('KohteenTilaKuvaus'),
    ],
  }
}
