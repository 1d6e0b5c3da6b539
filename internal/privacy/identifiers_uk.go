package privacy

// Numbers of the United Kingdom.
var identifiersUK = []*identifier{
	{
		typ: "UK_NHS", kind: HealthID, shapes: []string{"###~###~####"}, check: nhs,
		cues:   newCues(map[string]language{"en": {"nhs", ""}}),
		finds:  []string{"NHS number «943 476 5919»", "NHS: «9434765918»"},
		leaves: []string{"943 476 5919"},
	},
	{
		typ: "UK_NINO", kind: NationalID, shapes: []string{"@@~##~##~##~@"}, check: nino, alone: true,
		cues:   newCues(map[string]language{"en": {"nino insurance ni", "part serial model"}}),
		finds:  []string{"«AB 12 34 56 C»", "NI number «QQ123456C»", "«AB123456C»"},
		leaves: []string{"QQ123456C", "AB123456E", "part AB123456C"},
	},
	{
		typ: "UK_UTR", kind: TaxID, shapes: []string{"#####~#####"}, check: utr,
		cues:   newCues(map[string]language{"en": {"utr taxpayer tax", ""}}),
		finds:  []string{"UTR «1123456789»", "UTR: «11234 56780»"},
		leaves: []string{"1123456789"},
	},
	{
		typ: "UK_DRIVING_LICENCE", kind: DocumentID, shapes: []string{"@@@@@######@@#@@", "@@@@9######@@#@@", "@@@99######@@#@@"}, check: dvla, alone: true,
		cues:   newCues(map[string]language{"en": {"driving dvla licence", ""}}),
		finds:  []string{"«MORGA657054SM9IJ»"},
		leaves: []string{"MORGA697054SM9IJ"},
	},
	{
		typ: "ADDRESS", kind: Address, shapes: []string{"@@## #@@", "@@# #@@", "@## #@@", "@# #@@", "@@#@ #@@", "@#@ #@@"}, check: postcodeArea, alone: true,
		cues:   newCues(map[string]language{"en": {"postcode postal", "part order model serial"}}),
		finds:  []string{"in «SW1A 1AA», London", "«M1 1AE»"},
		leaves: []string{"ZZ9 1AA", "SW1A 1CK"},
	},
}

func nhs(d []byte) bool {
	r := 11 - weighted(d, 10, 9, 8, 7, 6, 5, 4, 3, 2)%11
	return r%11 == int(d[9]-'0') && r != 10 && !same(d)
}

// nino checks the letters that HMRC gives out.
func nino(c []byte) bool {
	for _, b := range "DFIQUV" {
		if c[0] == byte(b) || c[1] == byte(b) {
			return false
		}
	}
	switch string(c[:2]) {
	case "BG", "GB", "KN", "NK", "NT", "TN", "ZZ":
		return false
	}
	return c[1] != 'O' && c[8] >= 'A' && c[8] <= 'D'
}

func utr(d []byte) bool {
	return "21987654321"[weighted(d[1:], 6, 7, 8, 9, 10, 5, 4, 3, 2)%11] == d[0]
}

// dvla checks the birthday inside a driver number: months of women count from 50.
func dvla(c []byte) bool {
	month := atoi(c[6:8])
	d := atoi(c[8:10])
	return (month >= 1 && month <= 12 || month >= 51 && month <= 62) && d >= 1 && d <= 31
}

// postcodeAreas are the areas of Royal Mail.
var postcodeAreas = keySet("ab al b ba bb bd bh bl bn br bs bt ca cb cf ch cm co cr ct cv cw da dd de dg dh dl dn dt dy e ec eh en ex fk fy g gl gu " +
	"gy ha hd hg hp hr hs hu hx ig im ip iv je ka kt kw ky l la ld le ll ln ls lu m me mk ml n ne ng nn np nr nw ol ox pa pe ph pl po pr rg rh rm s sa se " +
	"sg sk sl sm sn so sp sr ss st sw sy ta td tf tn tq tr ts tw ub w wa wc wd wf wn wr ws wv yo ze")

func postcodeArea(c []byte) bool {
	n := 1
	if isLetter(c[1]) {
		n = 2
	}
	return postcodeAreas[readWord(window{c[:n], 0}, 0).key] && inward(c[len(c)-1]) && inward(c[len(c)-2])
}
