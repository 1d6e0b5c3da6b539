package privacy

// Secrets: what opens an account to whoever reads it.

// vendorKey finds keys and tokens by the start that their vendors give them, so
// that scanners like this one know them. The list follows the rules of gitleaks
// (MIT) and the vendors' own pages.
var vendorKey = recognizer{
	kind:  Secret,
	match: matchVendorKey,
	finds: []string{
		"key «ghp_323RBGAAVPVB5XVHPENSMZ5G» for", "«sk_live_WFXL26MSTZEFG2SFHZP4ZU2D»", "«AKIAIOSFODNN7EXAMPLE»", "«xoxb-123456789012-abcdefABCDEF»",
		"«eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U»", "«glpat-abcdefghij1234567890»",
		"«AIzaSyA1234567890abcdefghijklmnopqrstuv»", "«SG.abcdefghijklmnopqrstuv.wxyzABCDEFGHIJ0123456789»", "api_key=«sk-68e5a3e7b2750a1c»",
	},
	leaves: []string{"sk_live_", "ghp_short", "the eyJ prefix", "AKIA is a prefix", "sk-learn", "npm_config_registry"},
}

// keyStarts are the starts of keys, with the fewest bytes that follow one.
var keyStarts = []struct {
	start string
	least int
}{
	{"ghp_", 16}, {"gho_", 16}, {"ghu_", 16}, {"ghs_", 16}, {"ghr_", 16}, {"github_pat_", 20}, {"glpat-", 16}, {"glrt-", 16}, {"gldt-", 16},
	{"sk_live_", 12}, {"sk_test_", 12}, {"rk_live_", 12}, {"rk_test_", 12}, {"pk_live_", 12}, {"pk_test_", 12}, {"whsec_", 16},
	{"sk-ant-", 16}, {"sk-proj-", 16}, {"sk-or-", 16}, {"sk-", 12}, {"AKIA", 12}, {"ASIA", 16}, {"ABIA", 16}, {"ACCA", 16}, {"amzn.mws.", 20},
	{"AIza", 30}, {"ya29.", 20}, {"GOCSPX-", 20}, {"xoxb-", 10}, {"xoxp-", 10}, {"xoxa-", 10}, {"xoxr-", 10}, {"xoxs-", 10}, {"xapp-", 10},
	{"eyJ", 20}, {"npm_", 30}, {"pypi-", 30}, {"hf_", 20}, {"SG.", 20}, {"key-", 28}, {"shpat_", 20}, {"shpss_", 20}, {"shpca_", 20}, {"shppa_", 20},
	{"dop_v1_", 20}, {"doo_v1_", 20}, {"dor_v1_", 20}, {"dapi", 28}, {"rpa_", 20}, {"sq0atp-", 20}, {"sq0csp-", 20}, {"EAAA", 50},
	{"lin_api_", 20}, {"figd_", 20}, {"pat-na1-", 20}, {"dckr_pat_", 16}, {"atlasv1.", 20}, {"glsa_", 20}, {"glc_", 20}, {"oy2", 40},
	{"rubygems_", 20}, {"sntrys_", 20}, {"tfp_", 20}, {"AGE-SECRET-KEY-1", 30}, {"ops_ey", 20}, {"nvapi-", 20}, {"r8_", 20}, {"gsk_", 20},
	{"pplx-", 20}, {"sbp_", 20}, {"fo1_", 20}, {"PMAK-", 20}, {"hvs.", 20}, {"hvb.", 20}, {"hvr.", 20}, {"tskey-", 16}, {"ATATT3", 20},
	{"ATCTT3", 20}, {"NRAK-", 16}, {"NRJS-", 12}, {"CCIPAT_", 16}, {"pul-", 30}, {"vault:v1:", 16}, {"FLWSECK", 12}, {"rzp_live_", 12}, {"rzp_test_", 12},
}

// byFirst lists the starts by their first byte.
var byFirst = func() (table [256][]int) {
	for i, k := range keyStarts {
		table[k.start[0]] = append(table[k.start[0]], i)
	}
	return table
}()

func matchVendorKey(s *sight, i int, _ *cues) (Span, bool) {
	for _, k := range byFirst[s.at(i)] {
		start := keyStarts[k]
		if !s.exact(i, start.start) || s.wordBefore(i) {
			continue
		}
		end, varied := secretEnd(s.window, i+len(start.start), maxKey)
		if end-i-len(start.start) >= start.least && varied {
			return Span{Start: i, End: end, Kind: Secret, Type: "KEY", Valid: true}, true
		}
	}
	return Span{}, false
}

// maxPEM bounds a private key: the longest that are in use, of RSA with 16,384 bits, take
// twelve kilobytes.
const maxPEM = 1 << 16

// What is read as one key is bounded. Tokens that hold claims are the longest.
const (
	maxSecret = 1024
	maxKey    = 8192 // behind the start that a vendor gives its keys
)

// secretEnd reads the signs that keys are made of, and reports whether they are as
// mixed as chance makes them: words of a language have no digits, and names of
// settings no capitals beside them.
func secretEnd(w window, i, most int) (end int, varied bool) {
	digits, capitals, marks := 0, 0, 0
	for end = i; ; end++ {
		if end-i == most {
			return end, digits > 0
		}
		switch b := w.at(end); {
		case isDigit(b):
			digits++
		case b >= 'A' && b <= 'Z':
			capitals++
		case isLetter(b):
		case b == '_' || b == '-' || b == '.' && isAlnum(w.at(end+1)) || b == '/' && isAlnum(w.at(end+1)) || b == '+' && isAlnum(w.at(end+1)):
			marks++
		case b == '=' && end > i && !isAlnum(w.at(end+1)):
		default:
			n := end - i
			return end, digits > 0 || capitals > 2 && marks < n/4
		}
	}
}

// token finds a secret behind the word for one: in a link's query, in settings, or
// in a sentence.
var token = recognizer{
	kind:  Secret,
	match: matchToken,
	finds: []string{
		"https://app.example.com/reset?token=«cdr0m4opajxiygdq1uk8h3d9hiub25xq» for", "token := \"«a8F3kd92LxQ0zPw1»\"", "Authorization: Bearer «a8F3kd92LxQ0zPw1»",
		"?sid=«4f9a8b7c6d5e»&x=1", "secret key «wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY».", "\"api_key\": \"«0a1b2c3d4e5f6a7b8c9d»\"", "session=«abc123def456»",
	},
	leaves: []string{"the key is on the table", "token=", "key=value", "the token expired", "key: 12", "press the Enter key 3 times", "session 12 of 14", "hash=main"},
}

const (
	minTokenInQuery = 8
	minToken        = 12
)

func matchToken(s *sight, i int, _ *cues) (Span, bool) {
	at, query := secretStart(s, readWord(s.window, i).end)
	if at < 0 {
		return Span{}, false
	}
	if span, ok := matchVendorKey(s, at, nil); ok {
		return span, true
	}
	end, varied := secretEnd(s.window, at, maxSecret)
	n := end - at
	if !varied || n < minTokenInQuery || !query && n < minToken || uniform(s.text[at:end]) {
		return Span{}, false
	}
	kind := "KEY"
	if query {
		kind = "TOKEN"
	}
	return Span{Start: at, End: end, Kind: Secret, Type: kind}, true
}

// uniform reports whether a value has no letter, or no digit and one case: a
// number or a word, and no secret.
func uniform(value []byte) bool {
	letters, digits := 0, 0
	for _, b := range value {
		if isLetter(b) {
			letters++
		} else if isDigit(b) {
			digits++
		}
	}
	return letters < 2 || digits == 0 && letters < 20
}

// fillers stand between the word for a secret and the secret.
var fillers = keySet("is ist lautet lauten was war now jetzt the der die das my mein meine of for für value wert your ihr id key code schlüssel bearer basic api")

// secretStart goes from the end of the word for a secret to the secret: over signs
// of assignment, quotes and small words. query says that it stands in a link or a
// setting, right behind an equals sign.
func secretStart(s *sight, i int) (at int, query bool) {
	for words := 0; words < 4; {
		switch b := s.at(i); b {
		case '=':
			if !s.exact(i, "==") {
				return skipQuotes(s, i+1), true
			}
			return -1, false
		case ' ', ':', '"', '\'', '`', '_', '-', '*', '>', '(':
			i++
			continue
		case '<':
			return -1, false
		}
		wd := readWord(s.window, i)
		if wd.letters == 0 || !fillers[wd.key] || isAlnum(s.at(wd.end)) {
			return skipQuotes(s, i), false
		}
		i = wd.end
		words++
	}
	return i, false
}

func skipQuotes(s *sight, i int) int {
	for s.at(i) == '"' || s.at(i) == '\'' || s.at(i) == '`' || s.at(i) == ' ' {
		i++
	}
	return i
}

// password finds what follows the word for a password, if it looks like one.
var password = recognizer{
	kind:  Secret,
	match: matchPassword,
	finds: []string{
		"My password is «$1^Z7IYgk0Im» in case", "Mein Passwort lautet «1xhm7WEF+WBe», falls", "pass := \"«nqYeAf%!zQJlhb9v»\"", "Passwort: «Sommer2024!»",
		"PIN: «4711»", "password=«hunter2»&x", "Kennwort ist jetzt «abcDEF12».",
	},
	leaves: []string{
		"the password is wrong", "Passwort vergessen", "password reset", "Das Passwort ist abgelaufen.", "pass it on", "password: required", "PIN code 3 times",
		"my password does not work since 2024-03-11", "I need a new password. It is 12 characters long",
	},
}

func matchPassword(s *sight, i int, _ *cues) (Span, bool) {
	wd := readWord(s.window, i)
	at, assigned := passwordStart(s, wd.end)
	if at < 0 || at == wd.end {
		return Span{}, false
	}
	end := passwordEnd(s.window, at)
	if end-at < 4 || !likePassword(s.text[at:end], assigned) {
		return Span{}, false
	}
	return Span{Start: at, End: end, Kind: Secret, Type: "PASSWORD"}, true
}

// passwordStart goes to where a password may stand; assigned says that a colon or
// an equals sign, or a verb of being, leads to it.
func passwordStart(s *sight, i int) (at int, assigned bool) {
	for words := 0; words < 4; {
		switch b := s.at(i); b {
		case ' ', '"', '\'', '`':
			i++
			continue
		case ':', '=':
			assigned = true
			i++
			continue
		case 0, '\n', '.', ',', ';', '?', '<', '>':
			return -1, false
		case '&', ')': // as any sign may start a password, but not end the one before
			if s.at(i-1) != ' ' || s.at(i+1) <= ' ' {
				return -1, false
			}
		}
		if s.at(i-1) == ' ' {
			if wd := readWord(s.window, i); wd.letters > 0 && fillers[wd.key] && s.at(wd.end) == ' ' {
				assigned = assigned || copulas[wd.key]
				i = wd.end
				words++
				continue
			}
		}
		return i, assigned
	}
	return -1, false
}

// maxPassword bounds what is read as one: OWASP advises sites to take 64 at least.
const maxPassword = 256

var copulas = keySet("is ist lautet lauten was war")

// passwordEnd is the next blank or quote; what ends a sentence or stands in
// brackets of markup does not belong to a password.
func passwordEnd(w window, i int) int {
	end := i
	for end < len(w.text) && end < i+maxPassword && w.text[end] > ' ' && w.text[end] != '"' && w.text[end] != '<' && w.text[end] != '`' {
		end++
	}
	for end > i && (w.text[end-1] == '.' || w.text[end-1] == ',' || w.text[end-1] == ';' || w.text[end-1] == '\'') {
		end--
	}
	if at := indexByte(string(w.text[i:end]), '&'); at > 0 && w.at(i-1) == '=' {
		end = i + at
	}
	return end
}

// likePassword reports whether a value is no word: it has digits or signs inside,
// or capitals after small letters.
func likePassword(value []byte, assigned bool) bool {
	digits, signs, letters, mixed := 0, 0, 0, false
	for i, b := range value {
		switch {
		case isDigit(b):
			digits++
		case isLetter(b):
			letters++
			mixed = mixed || i > 0 && b >= 'A' && b <= 'Z' && value[i-1] >= 'a' && value[i-1] <= 'z'
		case b < 0x80:
			signs++
		}
	}
	if letters == 0 && signs == 0 { // a PIN
		return assigned && digits <= 8
	}
	if digits == len(value)-signs && signs <= 2 && !assigned {
		return false
	}
	return assigned && (digits > 0 || mixed || signs > 1) || digits > 0 && letters > 0 && (signs > 0 || mixed)
}

// privateKey finds keys in PEM (RFC 7468), from the line that begins one to the line
// that ends it, or to the end of the text.
var privateKey = recognizer{
	kind:   Secret,
	match:  matchPrivateKey,
	finds:  []string{"x\n«-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----»\ny"},
	leaves: []string{"-----BEGIN CERTIFICATE-----\nMIIEow\n-----END CERTIFICATE-----", "BEGIN the PRIVATE KEY"},
}

func matchPrivateKey(s *sight, i int, _ *cues) (Span, bool) {
	start := i - len("-----")
	if start < s.lo || !s.exact(start, "-----BEGIN ") {
		return Span{}, false
	}
	at := i
	for at < len(s.text) && at < i+48 && s.text[at] != '\n' && !s.exact(at, "PRIVATE KEY") {
		at++
	}
	if !s.exact(at, "PRIVATE KEY") {
		return Span{}, false
	}
	end := at
	for end < len(s.text) && end < at+maxPEM && !s.exact(end, "-----END ") {
		end++
	}
	if s.exact(end, "-----END ") {
		for end += len("-----END "); end < len(s.text) && s.text[end] != '\n' && s.text[end] != '-'; end++ {
		}
		for end < len(s.text) && s.text[end] == '-' {
			end++
		}
	}
	return Span{Start: start, End: end, Kind: Secret, Type: "PRIVATE_KEY", Valid: true}, true
}
