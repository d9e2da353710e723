import type { Language } from '../language.ts'

/** ISO 3166-1 alpha-2 of everywhere somebody lives, and Kosovo, which has a code by custom. */
const codes =
  'AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW'.split(
    ' ',
  )

const made = new Map<Language, { code: string; name: string }[]>()

/** All countries by their names in a language, in its order. */
export function countriesIn(language: Language): { code: string; name: string }[] {
  const known = made.get(language)
  if (known) return known
  const names = new Intl.DisplayNames(language, { type: 'region' })
  const order = new Intl.Collator(language)
  const list = codes.map(code => ({ code, name: names.of(code) ?? code })).sort((a, b) => order.compare(a.name, b.name))
  made.set(language, list)
  return list
}

export const countryName = (code: string, language: Language): string =>
  countriesIn(language).find(country => country.code === code)?.name ?? code

/** Where the browser's languages say the visitor is, or nothing. */
export function likelyCountry(tags: readonly string[]): string {
  for (const tag of tags) {
    try {
      const { region } = new Intl.Locale(tag)
      if (region && codes.includes(region)) return region
    } catch {
      // Not a tag of a language: the next one may be.
    }
  }
  return ''
}
