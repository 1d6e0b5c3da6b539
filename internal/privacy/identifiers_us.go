package privacy

// Numbers of the United States.
var identifiersUS = []*identifier{
	{
		typ: "SSN", kind: NationalID, shapes: []string{"###-##-####", "### ## ####", "#########"}, check: ssn,
		cues:   newCues(map[string]language{"en": {"ssn social security", ""}, "de": {"sozialversicherungsnummer", ""}}),
		finds:  []string{"My SSN is «536-90-4399».", "social security number «536904399»", "SSN: «000-12-3456»"},
		leaves: []string{"536904399", "order 536904399"},
	},
	{ // With hyphens nothing else is grouped like it, and what no office gives out is none (SSA, 2011).
		typ: "SSN", kind: NationalID, shapes: []string{"###-##-####"}, check: ssn, alone: true,
		cues: newCues(map[string]language{"en": {"ssns", "order part article item serial ticket model sku version phone fax tracking invoice"},
			"de": {"", "bestell* auftrag* artikel* rechnung* teilenummer* tel* fax*"}}),
		finds:  []string{"(«536-90-4399»)"},
		leaves: []string{"000-12-3456", "666-12-3456", "536-00-4399", "part 536-90-4399", "536-90-43990", "1-536-90-4399"},
	},
	{
		typ: "US_ITIN", kind: TaxID, shapes: []string{"9##-##-####", "9########"}, check: itin,
		cues:   newCues(map[string]language{"en": {"itin taxpayer", ""}}),
		finds:  []string{"ITIN «912-70-1234»"},
		leaves: []string{"912701234"},
	},
	{
		typ: "US_EIN", kind: TaxID, shapes: []string{"##-#######"},
		cues:   newCues(map[string]language{"en": {"ein employer", ""}}),
		finds:  []string{"EIN: «12-3456789»"},
		leaves: []string{"12-3456789"},
	},
	{
		typ: "US_NPI", kind: HealthID, shapes: []string{"##########"}, check: npi,
		cues:   newCues(map[string]language{"en": {"npi provider", "phone tel call"}}),
		finds:  []string{"NPI «1234567893»", "NPI: «1234567890»"},
		leaves: []string{"1234567893"},
	},
	{
		typ: "US_MBI", kind: HealthID, shapes: []string{"#@?#~@?#~@@##"}, check: mbi, alone: true,
		cues:   newCues(map[string]language{"en": {"mbi medicare beneficiary", "serial part order"}}),
		finds:  []string{"Medicare «1EG4-TE5-MK73»", "«1EG4TE5MK73»"},
		leaves: []string{"1SG4-TE5-MK73", "serial 1EG4TE5MK73"},
	},
	{
		typ: "US_DEA", kind: HealthID, shapes: []string{"@@#######"}, check: dea,
		cues:   newCues(map[string]language{"en": {"dea", ""}}),
		finds:  []string{"DEA number «AB1234563»"},
		leaves: []string{"AB1234563"},
	},
	{
		typ: "MRN", kind: HealthID, from: 4, upTo: 14,
		cues: newCues(map[string]language{"en": {"mrn medical chart patient", "phone tel call fax invoice born"},
			"de": {"fallnummer patientennummer fallnr patientennr krankenakte", ""}}),
		finds:  []string{"MRN «46761073»", "Fallnummer «9259444»", "MRN: «MRN-1026813»", "medical record number «A1234567»", "Fallnummer: «F-2024-118»"},
		leaves: []string{"46761073", "the patient came 12.03.2024", "patient is 45"},
	},
	{ // A number that says itself what it is.
		typ: "MRN", kind: HealthID, shapes: []string{"MRN-#####", "MRN-######", "MRN-#######", "MRN-########", "MRN#######", "MRN########"},
		check: func([]byte) bool { return true }, alone: true,
		cues:   newCues(map[string]language{"en": {"mrns", ""}}),
		finds:  []string{"Jane («MRN-3359254»)"},
		leaves: []string{"MRN-12", "MRX-3359254"},
	},
	{
		typ: "HEALTH_PLAN", kind: HealthID, from: 6, upTo: 15,
		cues: newCues(map[string]language{"en": {"member subscriber policy beneficiary insurance insured plan", "phone tel call fax invoice"},
			"de": {"versicherungsnummer versichertennummer mitgliedsnummer policennummer versicherungsschein*", ""}}),
		finds:  []string{"Policy: «POL-4749660»", "member ID «W123456789»", "Versicherungsnummer «KV-998877»"},
		leaves: []string{"plan 2024", "POL-4749660"},
	},
	{
		typ: "US_ROUTING", kind: Account, shapes: []string{"#########", "####-####-#"}, check: routing,
		cues:   newCues(map[string]language{"en": {"routing aba rtn", ""}}),
		finds:  []string{"routing number «021000021»", "ABA: «021000022»"},
		leaves: []string{"021000021"},
	},
	{
		typ: "ACCOUNT", kind: Account, from: 6, upTo: 17,
		cues: newCues(map[string]language{"en": {"account acct", "phone tel call fax order invoice email"},
			"de": {"konto kontonummer kontonr", ""}}),
		finds:  []string{"Account: «1364443367»", "Kontonummer «0532013000»", "Konto Nr. «532013000»"},
		leaves: []string{"account since 2019", "my account 12.03.2024"},
	},
	{
		typ: "US_DRIVER_LICENSE", kind: DocumentID, from: 5, upTo: 14,
		cues: newCues(map[string]language{"en": {"driver drivers licence license licenses dl permit", "software key product phone"},
			"de": {"führerschein* fahrerlaubnis*", ""}}),
		finds:  []string{"driver's license number is «2270-66-1551»", "Führerschein «B072RRE2I55»", "licence no. «D1234567»"},
		leaves: []string{"software license 8.0.1234", "D1234567"},
	},
	{
		typ: "PASSPORT", kind: DocumentID, from: 7, upTo: 10,
		cues:   newCues(map[string]language{"en": {"passport", ""}, "de": {"reisepass* passnummer pass", ""}}),
		finds:  []string{"passport «C01X00T47»", "passport no. «123456789»."},
		leaves: []string{"C01X00T4A", "passport of 2024"},
	},
}

// ssn rejects what the Social Security Administration never gave out, and ITINs.
func ssn(d []byte) bool {
	area := atoi(d[:3])
	return area != 0 && area != 666 && area < 900 && atoi(d[3:5]) != 0 && atoi(d[5:]) != 0 && !same(d)
}

// itin checks the fourth and fifth digit (IRS, 2022).
func itin(d []byte) bool {
	g := atoi(d[3:5])
	return g >= 50 && g <= 65 || g >= 70 && g <= 88 || g >= 90 && g <= 92 || g >= 94
}

// npi is Luhn over the number with the prefix of health care, 80840.
func npi(d []byte) bool {
	var all [15]byte
	copy(all[:], "80840")
	copy(all[5:], d)
	return (d[0] == '1' || d[0] == '2') && luhn(all[:])
}

// mbi checks the classes of CMS: letters without S, L, O, I, B, Z.
func mbi(c []byte) bool {
	if c[0] == '0' {
		return false
	}
	letters := 0
	for _, b := range c {
		switch b {
		case 'S', 'L', 'O', 'I', 'B', 'Z':
			return false
		}
		if isLetter(b) {
			letters++
		}
	}
	return letters >= 4
}

func dea(c []byte) bool {
	d := c[2:]
	return (weighted(d, 1, 0, 1, 0, 1)+2*weighted(d, 0, 1, 0, 1, 0, 1))%10 == int(d[6]-'0')
}

func routing(d []byte) bool { return weighted(d, 3, 7, 1, 3, 7, 1, 3, 7, 1)%10 == 0 && !same(d) }
