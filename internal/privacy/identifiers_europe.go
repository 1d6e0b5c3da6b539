package privacy

// Numbers of other European countries.
var identifiersEurope = []*identifier{
	{
		typ: "FR_NIR", kind: NationalID, shapes: []string{"#~##~##~#?~###~###~##"}, check: nir, alone: true,
		cues:   newCues(map[string]language{"en": {"nir insee social", ""}}),
		finds:  []string{"NIR «1 51 02 46 102 043 25»", "«151024610204325»"},
		leaves: []string{"151024610204326"},
	},
	{
		typ: "ES_DNI", kind: NationalID, shapes: []string{"########~@"}, check: dni, alone: true,
		cues:   newCues(map[string]language{"en": {"dni nif", "part serial order"}}),
		finds:  []string{"DNI «12345678Z»", "«12345678-Z»"},
		leaves: []string{"12345678A"},
	},
	{
		typ: "ES_NIE", kind: NationalID, shapes: []string{"X#######~@", "Y#######~@", "Z#######~@"}, check: nie, alone: true,
		cues:   newCues(map[string]language{"en": {"nie", "part serial order"}}),
		finds:  []string{"NIE «X1234567L»"},
		leaves: []string{"X1234567A"},
	},
	{
		typ: "IT_CF", kind: TaxID, shapes: []string{"@@@@@@##@##@###@"}, check: codiceFiscale, alone: true,
		cues:   newCues(map[string]language{"en": {"fiscale codice cf", ""}}),
		finds:  []string{"codice fiscale «RSSMRA85T10A562S»", "«RSSMRA85T10A562S»"},
		leaves: []string{"RSSMRA85T10A562T"},
	},
	{
		typ: "NL_BSN", kind: NationalID, shapes: []string{"####~##~###", "#########"}, check: bsn,
		cues:   newCues(map[string]language{"en": {"bsn burgerservicenummer sofinummer", ""}}),
		finds:  []string{"BSN «111222333»"},
		leaves: []string{"111222333"},
	},
	{
		typ: "BE_NN", kind: NationalID, shapes: []string{"##~##~##~###~##"}, check: belgian,
		cues:   newCues(map[string]language{"en": {"rijksregisternummer national insz niss", ""}}),
		finds:  []string{"INSZ «85.07.30-033.28»"},
		leaves: []string{"85073003328"},
	},
	{
		typ: "PL_PESEL", kind: NationalID, shapes: []string{"###########"}, check: pesel,
		cues:   newCues(map[string]language{"en": {"pesel", ""}}),
		finds:  []string{"PESEL «44051401359»"},
		leaves: []string{"44051401359"},
	},
	{
		typ: "SE_PERSONNUMMER", kind: NationalID, shapes: []string{"######-####", "######+####", "########-####", "############"}, check: personnummer,
		cues:   newCues(map[string]language{"en": {"personnummer personnr samordningsnummer", ""}}),
		finds:  []string{"personnummer «811228-9874»", "personnr «19811228-9874»"},
		leaves: []string{"811228-9874"},
	},
	{
		typ: "FI_HETU", kind: NationalID, shapes: []string{"######-###?", "######+###?", "######A###?"}, check: hetu, alone: true,
		cues:   newCues(map[string]language{"en": {"hetu henkilötunnus", "order part"}}),
		finds:  []string{"HETU «131052-308T»", "«131052-308T»"},
		leaves: []string{"131052-308U"},
	},
	{
		typ: "DK_CPR", kind: NationalID, shapes: []string{"######~####"}, check: func(d []byte) bool { return day(d[:2], d[2:4]) },
		cues:   newCues(map[string]language{"en": {"cpr personnummer", ""}}),
		finds:  []string{"CPR «211062-5629»"},
		leaves: []string{"211062-5629"},
	},
	{
		typ: "NO_FNR", kind: NationalID, shapes: []string{"######~#####"}, check: fodselsnummer,
		cues:   newCues(map[string]language{"en": {"fødselsnummer fnr personnummer", ""}}),
		finds:  []string{"fødselsnummer «13097248022»"},
		leaves: []string{"13097248022"},
	},
	{
		typ: "EU_VAT", kind: TaxID, shapes: []string{"ATU########", "BE##########", "FR??#########", "NL#########B##", "IT###########", "ESX#######?", "PL##########", "GB#########"},
		cues:   newCues(map[string]language{"en": {"vat tva iva btw", ""}, "de": {"ust ustid umsatzsteuer* uid", ""}}),
		finds:  []string{"VAT «ATU12345678»", "UID: «ATU12345678»", "VAT no. «GB123456789»"},
		leaves: []string{"GB123456789"},
	},
}

// nir is the number of INSEE: 97 less the remainder; Corsica writes 2A and 2B.
func nir(c []byte) bool {
	var d [15]byte
	copy(d[:], c)
	switch d[6] {
	case 'A':
		d[5], d[6] = '1', '9'
	case 'B':
		d[5], d[6] = '1', '8'
	}
	for _, b := range d {
		if !isDigit(b) {
			return false
		}
	}
	month := atoi(d[3:5])
	return (d[0] == '1' || d[0] == '2') && (month >= 1 && month <= 12 || month >= 20 && month <= 42) &&
		97-remainder(d[:13], 97) == atoi(d[13:])
}

const dniLetters = "TRWAGMYFPDXBNJZSQVHLCKE"

func dni(c []byte) bool { return dniLetters[remainder(c[:8], 23)] == c[8] }

func nie(c []byte) bool {
	var d [9]byte
	copy(d[:], c)
	d[0] = '0' + c[0] - 'X'
	return dni(d[:])
}

// codiceFiscale sums the values of Italy's decree of 23 December 1976.
func codiceFiscale(c []byte) bool {
	values := [...]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}
	sum := 0
	for i, b := range c[:15] {
		v := int(b - 'A')
		if isDigit(b) {
			v = int(b - '0')
		}
		if i%2 == 0 {
			v = values[v]
		}
		sum += v
	}
	return byte('A'+sum%26) == c[15]
}

func bsn(d []byte) bool { return weighted(d, 9, 8, 7, 6, 5, 4, 3, 2, -1)%11 == 0 && !same(d) }

// belgian is 97 less the remainder; those born from 2000 on count with a 2 before.
func belgian(d []byte) bool {
	want := atoi(d[9:])
	r := remainder(d[:9], 97)
	return 97-r == want || 97-(2*remainder([]byte("1000000000"), 97)+r)%97 == want
}

func pesel(d []byte) bool {
	return (10-weighted(d, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3)%10)%10 == int(d[10]-'0')
}

func personnummer(c []byte) bool {
	if len(c) == 12 {
		c = c[2:]
	}
	d := atoi(c[4:6])
	month := atoi(c[2:4])
	return month >= 1 && month <= 12 && (d >= 1 && d <= 31 || d >= 61 && d <= 91) && luhn(c)
}

func hetu(c []byte) bool {
	var d [9]byte
	copy(d[:], c[:6])
	rest := c[6:]
	if isLetter(rest[0]) {
		rest = rest[1:]
	}
	copy(d[6:], rest[:3])
	return day(d[:2], d[2:4]) && "0123456789ABCDEFHJKLMNPRSTUVWXY"[remainder(d[:], 31)] == rest[3]
}

func fodselsnummer(d []byte) bool {
	first := (11 - weighted(d, 3, 7, 6, 1, 8, 9, 4, 5, 2)%11) % 11
	second := (11 - weighted(d, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11) % 11
	return first == int(d[9]-'0') && second == int(d[10]-'0')
}
