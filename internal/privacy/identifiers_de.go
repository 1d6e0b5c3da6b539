package privacy

// Numbers of Germany, Austria and Switzerland.
var identifiersDE = []*identifier{
	{
		typ: "STEUERID", kind: TaxID, shapes: []string{"##~###~###~###", "###########"}, check: steuerID,
		cues: newCues(map[string]language{"en": {"tin", ""},
			"de": {"steuer steuerid steueridentifikationsnummer identifikationsnummer idnr steueridentnummer", ""}}),
		finds:  []string{"Steuer-ID «86095742719»", "Meine Steuer-ID ist «86 095 742 719».", "IdNr: «86095742718»"},
		leaves: []string{"86095742719"},
	},
	{
		typ: "DE_STEUERNUMMER", kind: TaxID, shapes: []string{"##/###/#####", "###/###/#####", "###/####/####", "##~###~#####", "#############", "##########"},
		cues:   newCues(map[string]language{"en": {"", ""}, "de": {"steuernummer steuernr stnr finanzamt", ""}}),
		finds:  []string{"Steuernummer «93/815/08152»", "St.-Nr. 181/815/08155, Steuernummer: «181/815/08155»"},
		leaves: []string{"93/815/08152"},
	},
	{
		typ: "DE_VAT", kind: TaxID, shapes: []string{"DE~###~###~###", "DE#########"}, check: func(c []byte) bool { return mod11_10(c[2:]) }, alone: true,
		cues:   newCues(map[string]language{"en": {"vat", ""}, "de": {"ust ustid umsatzsteuer* uid", ""}}),
		finds:  []string{"USt-IdNr. «DE136695976»", "«DE136695976»", "VAT: «DE136695975»"},
		leaves: []string{"DE136695975"},
	},
	{
		typ: "DE_ID_CARD", kind: DocumentID, shapes: []string{"@########@", "@?????????", "@????????"}, check: idCard,
		cues: newCues(map[string]language{"en": {"identity idcard", ""},
			"de": {"personalausweis* ausweis* perso", ""}}),
		finds:  []string{"Personalausweis «T220001293»", "Ausweisnummer: «L01X00T471»"},
		leaves: []string{"T220001293"},
	},
	{
		typ: "DE_PENSION", kind: NationalID, shapes: []string{"##~######~@~###"}, check: pension,
		cues:   newCues(map[string]language{"en": {"pension", ""}, "de": {"rentenversicherung* sozialversicherung* svnr rvnr rentenversicherungsnummer", ""}}),
		finds:  []string{"Rentenversicherungsnummer «65 170839 J 003»", "SVNR «65170839J003»"},
		leaves: []string{"65170839J003"},
	},
	{
		typ: "DE_KVNR", kind: HealthID, shapes: []string{"@#########"}, check: kvnr,
		cues:   newCues(map[string]language{"de": {"kvnr krankenversicherung* krankenkasse* gesundheitskarte egk", ""}}),
		finds:  []string{"KVNR «A123456780»", "Krankenkasse: «A123456789»"},
		leaves: []string{"A123456780"},
	},
	{
		typ: "DE_LANR", kind: HealthID, shapes: []string{"#########"}, check: func(d []byte) bool { return (10-weighted(d, 4, 9, 4, 9, 4, 9)%10)%10 == int(d[6]-'0') },
		cues:   newCues(map[string]language{"de": {"lanr arztnummer arztnr bsnr betriebsstättennummer", ""}}),
		finds:  []string{"LANR «123456601»", "BSNR: «123456789»"},
		leaves: []string{"123456601"},
	},
	{
		typ: "DE_PLATE", kind: Vehicle, shapes: []string{"@~@@~####", "@~@@~###", "@~@@~##", "@@~@@~####", "@@~@@~###", "@@~@@~##", "@@@~@@~###", "@@@~@@~##", "@@@~@~###", "@@~@~###", "@~@~####"},
		cues:   newCues(map[string]language{"en": {"plate registration", ""}, "de": {"kennzeichen kfz nummernschild pkw", ""}}),
		finds:  []string{"Kennzeichen «B-MW 1234»", "Kfz-Kennzeichen: «HH AB 123»", "licence plate «M-XY 99»"},
		leaves: []string{"B-MW 1234"},
	},
	{
		typ: "DE_REGISTER", kind: TaxID, shapes: []string{"HRA~#####", "HRA~####", "HRB~######", "HRB~#####", "HRB~####", "HRB~###", "HRA ######"}, check: func([]byte) bool { return true }, alone: true,
		cues:   newCues(map[string]language{"de": {"handelsregister amtsgericht registergericht", ""}}),
		finds:  []string{"Amtsgericht München, «HRB 42243»"},
		leaves: []string{"HRC 42243"},
	},
	{
		typ: "AT_SVNR", kind: NationalID, shapes: []string{"####~######"}, check: svnr,
		cues:   newCues(map[string]language{"en": {"insurance", ""}, "de": {"svnr sozialversicherungsnummer versicherungsnummer vsnr", ""}}),
		finds:  []string{"SVNR «1237 010180»", "Sozialversicherungsnummer: «1237010180»"},
		leaves: []string{"1237 010180"},
	},
	{
		typ: "CH_AHV", kind: NationalID, shapes: []string{"756.####.####.##", "756~####~####~##"}, check: ean13, alone: true,
		cues:   newCues(map[string]language{"en": {"ahv avs", "ean gtin barcode"}, "de": {"ahv ahvnr versichertennummer", "ean gtin artikel*"}}),
		finds:  []string{"AHV «756.9217.0769.85»", "«756.9217.0769.85»"},
		leaves: []string{"756.9217.0769.84", "EAN 7569217076985"},
	},
}

// steuerID is MOD 11,10, and no digit comes more than three times among the first
// ten (Bundeszentralamt für Steuern).
func steuerID(d []byte) bool {
	if d[0] == '0' {
		return false
	}
	var count [10]int
	for _, b := range d[:10] {
		if count[b-'0']++; count[b-'0'] > 3 {
			return false
		}
	}
	return mod11_10(d)
}

// idCard is the number of a German identity card or passport with its check digit
// (ICAO 9303), or of nine signs without it.
func idCard(c []byte) bool {
	if len(c) == 9 {
		return true
	}
	return mrzDigit(c[:9]) == c[9]
}

// pension is the number of the Deutsche Rentenversicherung (VKVV section 2).
func pension(c []byte) bool {
	letter := int(c[8]-'A') + 1
	digits := [12]byte{}
	copy(digits[:8], c[:8])
	digits[8], digits[9] = '0'+byte(letter/10), '0'+byte(letter%10)
	copy(digits[10:], c[9:11])
	sum := 0
	for i, w := range [...]int{2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1} {
		p := int(digits[i]-'0') * w
		sum += p/10 + p%10
	}
	return day30(c[2:4], c[4:6]) && sum%10 == int(c[11]-'0')
}

// day30 allows for days that serve to tell people apart, counted on from 32.
func day30(dd, mm []byte) bool {
	m := atoi(mm)
	return atoi(dd) >= 1 && atoi(dd) <= 99 && m >= 0 && m <= 12
}

// kvnr is the unchanging part of the number on German health cards (SGB V section
// 290).
func kvnr(c []byte) bool {
	letter := int(c[0]-'A') + 1
	digits := [10]byte{'0' + byte(letter/10), '0' + byte(letter%10)}
	copy(digits[2:], c[1:9])
	sum := 0
	for i, d := range digits {
		p := int(d-'0') * (1 + i%2)
		sum += p/10 + p%10
	}
	return sum%10 == int(c[9]-'0')
}

func svnr(d []byte) bool {
	return day(d[4:6], d[6:8]) && weighted(d, 3, 7, 9, 0, 5, 8, 4, 2, 1, 6)%11 == int(d[3]-'0')
}

func ean13(d []byte) bool {
	return (10-weighted(d, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3)%10)%10 == int(d[12]-'0')
}
