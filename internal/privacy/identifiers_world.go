package privacy

// Numbers of other countries.
var identifiersWorld = []*identifier{
	{
		typ: "IN_AADHAAR", kind: NationalID, shapes: []string{"####~####~####"}, check: aadhaar,
		cues:   newCues(map[string]language{"en": {"aadhaar aadhar uidai uid", ""}}),
		finds:  []string{"Aadhaar «2341 2341 2346»"},
		leaves: []string{"2341 2341 2346"},
	},
	{
		typ: "IN_PAN", kind: TaxID, shapes: []string{"@@@@@####@"}, check: func(c []byte) bool { return isOneOf(c[3], "ABCFGHLJPT") }, alone: true,
		cues:   newCues(map[string]language{"en": {"pan", "part serial model order"}}),
		finds:  []string{"PAN «ABCPE1234F»", "«ABCPE1234F»"},
		leaves: []string{"ABCDE1234F"},
	},
	{
		typ: "IN_GSTIN", kind: TaxID, shapes: []string{"##@@@@@####@?Z?"}, check: func([]byte) bool { return true }, alone: true,
		cues:   newCues(map[string]language{"en": {"gst gstin", ""}}),
		finds:  []string{"GSTIN «27AAPFU0939F1ZV»"},
		leaves: []string{"27AAPFU0939F1YV"},
	},
	{
		typ: "IN_VOTER", kind: NationalID, shapes: []string{"@@@#######"},
		cues:   newCues(map[string]language{"en": {"voter epic", ""}}),
		finds:  []string{"voter id «ABC1234567»"},
		leaves: []string{"ABC1234567"},
	},
	{
		typ: "CA_SIN", kind: NationalID, shapes: []string{"###~###~###"}, check: func(d []byte) bool { return luhn(d) && d[0] != '0' && !same(d) },
		cues:   newCues(map[string]language{"en": {"sin insurance", ""}}),
		finds:  []string{"SIN «130 692 544»", "SIN: «130692545»"},
		leaves: []string{"130 692 544"},
	},
	{
		typ: "BR_CPF", kind: NationalID, shapes: []string{"###.###.###-##"}, check: cpf, alone: true,
		cues:   newCues(map[string]language{"en": {"cpf", ""}}),
		finds:  []string{"CPF «111.444.777-35»", "«111.444.777-35»"},
		leaves: []string{"111.444.777-36"},
	},
	{
		typ: "BR_CPF", kind: NationalID, shapes: []string{"###########"}, check: cpf,
		cues:   newCues(map[string]language{"en": {"cpf", ""}}),
		finds:  []string{"CPF «11144477735»"},
		leaves: []string{"11144477735"},
	},
	{
		typ: "BR_CNPJ", kind: TaxID, shapes: []string{"##.###.###/####-##"}, check: cnpj, alone: true,
		cues:   newCues(map[string]language{"en": {"cnpj", ""}}),
		finds:  []string{"CNPJ «11.222.333/0001-81»", "«11.222.333/0001-81»"},
		leaves: []string{"11.222.333/0001-82"},
	},
	{
		typ: "MX_CURP", kind: NationalID, shapes: []string{"@@@@######@@@@@@?#"}, check: curp, alone: true,
		cues:   newCues(map[string]language{"en": {"curp", ""}}),
		finds:  []string{"«HEGG560427MVZRRL04»"},
		leaves: []string{"HEGG569927MVZRRL04"},
	},
	{
		typ: "AU_TFN", kind: TaxID, shapes: []string{"###~###~###"}, check: func(d []byte) bool { return weighted(d, 1, 4, 3, 7, 5, 8, 6, 9, 10)%11 == 0 },
		cues:   newCues(map[string]language{"en": {"tfn tax file", ""}}),
		finds:  []string{"TFN «123 456 782»"},
		leaves: []string{"123 456 782"},
	},
	{
		typ: "AU_MEDICARE", kind: HealthID, shapes: []string{"####~#####~#", "####~#####~#~#"}, check: medicare,
		cues:   newCues(map[string]language{"en": {"medicare", ""}}),
		finds:  []string{"Medicare «2123 45670 1»"},
		leaves: []string{"2123 45670 1"},
	},
	{
		typ: "AU_ABN", kind: TaxID, shapes: []string{"##~###~###~###"}, check: abn,
		cues:   newCues(map[string]language{"en": {"abn", ""}}),
		finds:  []string{"ABN «51 824 753 556»"},
		leaves: []string{"51 824 753 556"},
	},
	{
		typ: "AU_ACN", kind: TaxID, shapes: []string{"###~###~###"}, check: func(d []byte) bool { return (10-weighted(d, 8, 7, 6, 5, 4, 3, 2, 1)%10)%10 == int(d[8]-'0') },
		cues:   newCues(map[string]language{"en": {"acn", ""}}),
		finds:  []string{"ACN «004 085 616»"},
		leaves: []string{"004 085 616"},
	},
}

func isOneOf(b byte, list string) bool {
	for i := range len(list) {
		if list[i] == b {
			return true
		}
	}
	return false
}

func aadhaar(d []byte) bool { return d[0] >= '2' && verhoeff(d) }

// verhoeff is Verhoeff's check over the dihedral group of ten.
func verhoeff(d []byte) bool {
	c := byte(0)
	for i := range d {
		c = verhoeffD[c][verhoeffP[i%8][d[len(d)-1-i]-'0']]
	}
	return c == 0
}

var verhoeffD = [10][10]byte{
	{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 3, 4, 0, 6, 7, 8, 9, 5}, {2, 3, 4, 0, 1, 7, 8, 9, 5, 6}, {3, 4, 0, 1, 2, 8, 9, 5, 6, 7},
	{4, 0, 1, 2, 3, 9, 5, 6, 7, 8}, {5, 9, 8, 7, 6, 0, 4, 3, 2, 1}, {6, 5, 9, 8, 7, 1, 0, 4, 3, 2}, {7, 6, 5, 9, 8, 2, 1, 0, 4, 3},
	{8, 7, 6, 5, 9, 3, 2, 1, 0, 4}, {9, 8, 7, 6, 5, 4, 3, 2, 1, 0},
}

var verhoeffP = [8][10]byte{
	{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 5, 7, 6, 2, 8, 3, 0, 9, 4}, {5, 8, 0, 3, 7, 9, 6, 1, 4, 2}, {8, 9, 1, 6, 0, 4, 3, 5, 2, 7},
	{9, 4, 5, 3, 1, 2, 6, 8, 7, 0}, {4, 2, 8, 6, 5, 7, 3, 9, 0, 1}, {2, 7, 9, 3, 8, 0, 6, 4, 1, 5}, {7, 0, 4, 6, 9, 1, 3, 2, 5, 8},
}

func cpf(d []byte) bool {
	first := weighted(d, 10, 9, 8, 7, 6, 5, 4, 3, 2) * 10 % 11 % 10
	second := weighted(d, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2) * 10 % 11 % 10
	return first == int(d[9]-'0') && second == int(d[10]-'0') && !same(d)
}

func cnpj(d []byte) bool {
	check := func(sum int) int {
		if r := sum % 11; r >= 2 {
			return 11 - r
		}
		return 0
	}
	return check(weighted(d, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)) == int(d[12]-'0') &&
		check(weighted(d, 6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)) == int(d[13]-'0') && !same(d)
}

func curp(c []byte) bool {
	return day(c[8:10], c[6:8]) && (c[10] == 'H' || c[10] == 'M' || c[10] == 'X')
}

func medicare(d []byte) bool {
	return d[0] >= '2' && d[0] <= '6' && weighted(d, 1, 3, 7, 9, 1, 3, 7, 9)%10 == int(d[8]-'0')
}

func abn(d []byte) bool {
	return (weighted(d, 10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)-10)%89 == 0
}
