package privacy

// Numbers of things that lead to whoever has them.
var identifiersOfThings = []*identifier{
	{
		typ: "IMEI", kind: Device, shapes: []string{"###############", "##~######~######~#"}, check: luhn,
		cues:   newCues(map[string]language{"en": {"imei meid device handset", ""}, "de": {"gerätenummer handynummer", ""}}),
		finds:  []string{"IMEI «490154203237518»", "IMEI: «49-015420-323751-8»"},
		leaves: []string{"490154203237519"},
	},
	{
		typ: "ICCID", kind: Device, shapes: []string{"89#################", "89##################"}, check: luhn,
		cues:   newCues(map[string]language{"en": {"iccid sim", ""}, "de": {"simkarte* kartennummer", ""}}),
		finds:  []string{"SIM «8991101200003204514»"},
		leaves: []string{"8991101200003204514"},
	},
	{
		typ: "IMSI", kind: Device, shapes: []string{"###############"},
		cues:   newCues(map[string]language{"en": {"imsi", ""}}),
		finds:  []string{"IMSI «310150123456789»"},
		leaves: []string{"310150123456789"},
	},
	{
		typ: "VIN", kind: Vehicle, shapes: []string{"?????????????????"}, check: vin, alone: true,
		cues:   newCues(map[string]language{"en": {"vin chassis", ""}, "de": {"fin fahrgestellnummer fahrgestell*", ""}}),
		finds:  []string{"VIN «1M8GDM9AXKP042788»", "«1M8GDM9AXKP042788»", "FIN «WVWZZZ1JZXW000001»"},
		leaves: []string{"1M8GDM9AXKP042789", "11111111111111111"},
	},
	{
		typ: "CVV", kind: Card, shapes: []string{"###", "####"},
		cues:   newCues(map[string]language{"en": {"cvv cvc cvv2 csc cid", ""}, "de": {"prüfziffer kartenprüfnummer", ""}}),
		finds:  []string{"CVV «123»", "CVC: «1234»"},
		leaves: []string{"123"},
	},
	{
		typ: "CARD_EXPIRY", kind: Card, shapes: []string{"##/##", "##/####"}, check: func(d []byte) bool { return atoi(d[:2]) >= 1 && atoi(d[:2]) <= 12 }, strict: true,
		cues:   newCues(map[string]language{"en": {"expiry expires exp expiration", ""}, "de": {"gültig ablaufdatum verfall*", ""}}),
		finds:  []string{"expiry «12/27»", "gültig bis «03/2027»"},
		leaves: []string{"12/27", "expires 31/27"},
	},
}

// vin is ISO 3779 with the check digit that North America asks for. Elsewhere only
// a cue tells.
func vin(c []byte) bool {
	const values = "0123456789.ABCDEFGH..JKLMN.P.R..STUVWXYZ"
	weights := [...]int{8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2}
	sum, letters := 0, 0
	for i, b := range c {
		at := indexByte(values, b)
		if at < 0 {
			return false
		}
		if isLetter(b) {
			letters++
		}
		sum += at % 10 * weights[i]
	}
	want := byte('0' + sum%11)
	if sum%11 == 10 {
		want = 'X'
	}
	return c[8] == want && letters >= 3 && letters < len(c)-3
}

func indexByte(s string, b byte) int {
	for i := range len(s) {
		if s[i] == b {
			return i
		}
	}
	return -1
}
