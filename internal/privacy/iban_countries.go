package privacy

import "strings"

// countries are the forms of account numbers (BBAN) by country, from the
// register that SWIFT keeps for ISO 13616 (IBAN Registry, release 101): n
// digits, a letters, c either, each with its count. With the country code and
// two check digits before them they make the IBAN.
var countries = map[string]string{
	// SEPA
	"AD": "8n12c", "AT": "16n", "BE": "12n", "BG": "4a6n8c", "CH": "5n12c", "CY": "8n16c",
	"CZ": "20n", "DE": "18n", "DK": "14n", "EE": "16n", "ES": "20n", "FI": "14n",
	"FR": "10n11c2n", "GB": "4a14n", "GI": "4a15c", "GR": "7n16c", "HR": "17n", "HU": "24n",
	"IE": "4a14n", "IS": "22n", "IT": "1a10n12c", "LI": "5n12c", "LT": "16n", "LU": "3n13c",
	"LV": "4a13c", "MC": "10n11c2n", "MT": "4a5n18c", "NL": "4a10n", "NO": "11n", "PL": "24n",
	"PT": "21n", "RO": "4a16c", "SE": "20n", "SI": "15n", "SK": "20n", "SM": "1a10n12c",
	"VA": "18n", "AL": "8n16c", "MD": "20c", "ME": "18n", "MK": "3n10c2n", "RS": "18n",
	// others
	"AE": "19n", "AZ": "4a20c", "BA": "16n", "BH": "4a14c", "BI": "23n", "BR": "23n1a1c",
	"BY": "4c4n16c", "CR": "18n", "DJ": "23n", "DO": "4c20n", "EG": "25n", "FK": "2a12n",
	"FO": "14n", "GE": "2a16n", "GL": "14n", "GT": "24c", "HN": "4a20n", "IL": "19n",
	"IQ": "4a15n", "JO": "4a4n18c", "KW": "4a22c", "KZ": "3n13c", "LB": "4n20c", "LC": "4a24c",
	"LY": "21n", "MN": "16n", "MR": "23n", "MU": "4a19n3a", "NI": "4a20n", "OM": "3n16c",
	"PK": "4a16c", "PS": "4a21c", "QA": "4a21c", "RU": "14n15c", "SA": "2n18c", "SC": "4a20n3a",
	"SD": "14n", "SO": "19n", "ST": "21n", "SV": "4a20n", "TL": "19n", "TN": "20n",
	"TR": "6n16c", "UA": "6n19c", "VG": "4a16n", "XK": "16n", "YE": "4a4n18c",
}

// forms holds countries spelt out, one class per character ("4a2n" is "aaaann"),
// by the country's two letters.
var forms = spellForms()

func spellForms() (table [26 * 26]string) {
	for country, form := range countries {
		var spelt strings.Builder
		count := 0
		for _, b := range []byte(form) {
			if isDigit(b) {
				count = count*10 + int(b-'0')
				continue
			}
			spelt.WriteString(strings.Repeat(string(b), count))
			count = 0
		}
		table[int(country[0]-'A')*26+int(country[1]-'A')] = spelt.String()
	}
	return table
}

// countryForm is the form of the country with these two letters, or "".
func countryForm(a, b byte) string {
	return forms[int(upper(a)-'A')*26+int(upper(b)-'A')]
}
