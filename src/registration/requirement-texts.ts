import type { Texts } from './questions.js'
import type { Requirement } from './requirements.js'

/** What is missing, and what to do about it. */
export const requirementTexts: Readonly<Record<Requirement, Texts>> = {
  'business-id-missing': {
    fi: 'Viranomaisen Y-tunnus puuttuu. Ilmoita se rekisteröintipyynnössä.',
    sv: 'Myndighetens FO-nummer saknas. Ange det i registreringsbegäran.',
    en: "The authority's business id is missing. Give it in the registration request.",
  },
  'contacts-missing': {
    fi: 'Yhteyshenkilöitä ei ole. Ilmoita vähintään yksi.',
    sv: 'Kontaktpersoner saknas. Ange minst en.',
    en: 'There are no contacts. Name at least one.',
  },
  'certificate-missing': {
    fi: 'Palvelulla ei ole voimassa olevaa varmennetta. Lisää sellainen.',
    sv: 'Tjänsten har inget giltigt certifikat. Lägg till ett.',
    en: 'The service has no valid certificate. Add one.',
  },
  'agreement-missing': {
    fi: 'Sopimuksen tiedot puuttuvat. Kirjaa sopimuksen viite ja päivämäärät.',
    sv: 'Uppgifter om avtalet saknas. Anteckna avtalets referens och datum.',
    en: 'The agreement is missing. Record its reference and dates.',
  },
  'agreement-expired': {
    fi: 'Sopimus on päättynyt. Uusi sopimus ja kirjaa sen tiedot.',
    sv: 'Avtalet har upphört. Förnya det och anteckna uppgifterna.',
    en: 'The agreement has ended. Renew it and record it.',
  },
  'deployment-plan-missing': {
    fi: 'Käyttöönottosuunnitelma puuttuu. Kirjaa tehtävät, päivämäärät ja vastuuhenkilöt.',
    sv: 'Planen för ibruktagning saknas. Anteckna uppgifter, datum och ansvariga.',
    en: 'The deployment plan is missing. Record its tasks, dates and who is responsible.',
  },
  'deployment-tasks-open': {
    fi: 'Käyttöönottosuunnitelmassa on myöhässä olevia tehtäviä. Tee ne tai siirrä niiden päivämäärää.',
    sv: 'Planen för ibruktagning har försenade uppgifter. Utför dem eller flytta deras datum.',
    en: 'Tasks of the deployment plan are overdue. Do them, or move their dates.',
  },
  'self-audit-missing': {
    fi: 'Itseauditointi puuttuu. Vastaa kysymyksiin ja kirjaa vastaukset.',
    sv: 'Självgranskningen saknas. Besvara frågorna och anteckna svaren.',
    en: 'The self-audit is missing. Answer its questions and record the answers.',
  },
  'self-audit-incomplete': {
    fi: 'Itseauditointi on kesken: pakollisia vastauksia tai liitteitä puuttuu.',
    sv: 'Självgranskningen är ofullständig: obligatoriska svar eller bilagor saknas.',
    en: 'The self-audit is incomplete: required answers or evidence are missing.',
  },
  'self-audit-expired': {
    fi: 'Itseauditointi on vanhentunut. Tee se uudelleen.',
    sv: 'Självgranskningen har gått ut. Gör om den.',
    en: 'The self-audit has expired. Do it again.',
  },
  'security-missing': {
    fi: 'Tietoturvavaatimusten vastaukset puuttuvat. Kirjaa ne.',
    sv: 'Svaren om säkerhetskraven saknas. Anteckna dem.',
    en: 'The answers to the security requirements are missing. Record them.',
  },
  'security-incomplete': {
    fi: 'Kaikki tietoturvavaatimukset eivät täyty. Korjaa puutteet ja kirjaa vastaukset.',
    sv: 'Alla säkerhetskrav är inte uppfyllda. Åtgärda bristerna och anteckna svaren.',
    en: 'Not all security requirements are met. Mend what is lacking and record the answers.',
  },
  'test-agreement-missing': {
    fi: 'Testaussopimus puuttuu. Kirjaa aikataulu, aineisto ja testaajat.',
    sv: 'Testavtalet saknas. Anteckna tidtabell, material och testare.',
    en: 'The test agreement is missing. Record its schedule, material and testers.',
  },
  'test-report-missing': {
    fi: 'Testausraportti puuttuu. Kirjaa se testauksen jälkeen.',
    sv: 'Testrapporten saknas. Anteckna den efter testningen.',
    en: 'The test report is missing. Record it after the tests.',
  },
  'test-report-failed': {
    fi: 'Testaus ei ole mennyt läpi. Korjaa viat, testaa uudelleen ja kirjaa uusi raportti.',
    sv: 'Testningen har inte godkänts. Åtgärda felen, testa igen och anteckna en ny rapport.',
    en: 'The tests have failed. Mend the faults, test again and record a new report.',
  },
  'conformance-missing': {
    fi: 'Yhteensopivuusajo puuttuu. Ylläpitäjä kirjaa sen tuloksen.',
    sv: 'Överensstämmelsekörningen saknas. Operatören antecknar dess resultat.',
    en: 'The conformance run is missing. An operator records its result.',
  },
  'conformance-failed': {
    fi: 'Yhteensopivuusajo ei ole mennyt läpi. Korjaa viat ja aja se uudelleen.',
    sv: 'Överensstämmelsekörningen har inte godkänts. Åtgärda felen och kör den igen.',
    en: 'The conformance run has failed. Mend the faults and run it again.',
  },
  'certificate-expires-soon': {
    fi: 'Yksikään varmenne ei ole voimassa vielä 30 päivän päästä. Lisää uusi varmenne.',
    sv: 'Inget certifikat är giltigt ännu om 30 dagar. Lägg till ett nytt certifikat.',
    en: 'No certificate is valid for 30 more days. Add a new one.',
  },
  'production-date-missing': {
    fi: 'Tuotantoon siirtymisen päivää ei ole ilmoitettu. Kirjaa se.',
    sv: 'Datum för övergång till produktion har inte meddelats. Anteckna det.',
    en: 'The date of going to production is not announced. Record it.',
  },
  'approval-first-missing': {
    fi: 'Kukaan ylläpitäjä ei ole vielä hyväksynyt rekisteröintiä.',
    sv: 'Ingen operatör har ännu godkänt registreringen.',
    en: 'No operator has approved the registration yet.',
  },
  'approval-second-missing': {
    fi: 'Toisen ylläpitäjän hyväksyntä puuttuu.',
    sv: 'En andra operatörs godkännande saknas.',
    en: 'The approval of a second operator is missing.',
  },
}
