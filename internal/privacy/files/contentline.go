package files

import (
	"io"
	"mime/quotedprintable"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/safeconduct/safeconduct/internal/privacy"
)

// contentLines rewrites vCards and calendars, which are made of lines NAME;PARAM=…:value
// that are folded (RFC 6350, 5545) or, in vCard 2.1, continued by quoted-printable.
// Lines that do not change stay byte by byte.
func (j *job) contentLines(text string) ([]byte, error) {
	var out strings.Builder
	all := unfolded(text)
	for _, l := range all { // whom the file names first: a name may stand before its person
		j.introduce(l)
	}
	for _, l := range all {
		now, err := j.contentLine(l)
		if err != nil {
			return nil, err
		}
		out.WriteString(now)
	}
	return []byte(out.String()), nil
}

// A contentLine is one property.
type contentLine struct {
	raw    string // as it stands in the file
	name   string // in capitals, without group
	head   string // name and parameters
	params string // in capitals
	value  string
	end    string // of its lines
}

func unfolded(text string) (all []contentLine) {
	var raw, line strings.Builder
	flush := func() {
		if raw.Len() > 0 {
			all = append(all, parseContentLine(raw.String(), line.String()))
		}
		raw.Reset()
		line.Reset()
	}
	soft := false
	for l := range strings.Lines(text) {
		bare := strings.TrimRight(l, "\r\n")
		switch {
		case soft:
			line.WriteString(bare)
		case raw.Len() > 0 && bare != "" && (bare[0] == ' ' || bare[0] == '\t'):
			line.WriteString(bare[1:])
		default:
			flush()
			line.WriteString(bare)
		}
		raw.WriteString(l)
		soft = quotedPrintable(line.String()) && strings.HasSuffix(bare, "=")
		if soft {
			text := strings.TrimSuffix(line.String(), "=")
			line.Reset()
			line.WriteString(text)
		}
	}
	flush()
	return all
}

func quotedPrintable(line string) bool {
	head, _, _ := strings.Cut(line, ":")
	return strings.Contains(strings.ToUpper(head), "QUOTED-PRINTABLE")
}

func parseContentLine(raw, line string) contentLine {
	l := contentLine{raw: raw, end: raw[len(strings.TrimRight(raw, "\r\n")):]}
	quoted := false
	at := strings.IndexFunc(line, func(r rune) bool {
		quoted = quoted != (r == '"')
		return r == ':' && !quoted
	})
	if at < 0 {
		l.value = line
		return l
	}
	l.head, l.value = line[:at], line[at+1:]
	name, params, _ := strings.Cut(strings.ToUpper(l.head), ";")
	l.name, l.params = name[strings.LastIndexByte(name, '.')+1:], params
	return l
}

// unescaped is a value without its escapes (RFC 6350, section 3.4).
var unescaped = strings.NewReplacer(`\n`, "\n", `\N`, "\n", `\,`, ",", `\;`, ";", `\\`, `\`)
var escapedValue = strings.NewReplacer("\r\n", `\n`, "\n", `\n`, ",", `\,`, ";", `\;`, `\`, `\\`)

// plainValue is what a value says.
func (l contentLine) plainValue() string {
	if strings.Contains(l.params, "QUOTED-PRINTABLE") {
		text, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(l.value)))
		if err == nil && utf8.Valid(text) {
			return string(text)
		}
	}
	return unescaped.Replace(l.value)
}

// introduce adds the person of a card, or of a meeting, to the people on record.
func (j *job) introduce(l contentLine) {
	switch l.name {
	case "FN", "NICKNAME":
		j.meet(privacy.Identity{Name: l.plainValue()})
	case "N":
		if part := components(l); len(part) > 1 && part[0] != "" && part[1] != "" {
			j.meet(privacy.Identity{Name: part[1] + " " + part[0]})
		}
	case "ORG":
		j.meet(privacy.Identity{Organization: components(l)[0]})
	case "ATTENDEE", "ORGANIZER":
		if cn := parameter(l.head, "CN"); cn != "" {
			j.meet(privacy.Identity{Name: cn})
		}
	}
}

func components(l contentLine) []string {
	all := strings.Split(strings.ReplaceAll(l.value, `\;`, "\x00"), ";")
	for i := range all {
		all[i] = contentLine{params: l.params, value: strings.ReplaceAll(all[i], "\x00", `\;`)}.plainValue()
	}
	return all
}

// parameter is the value of a parameter of a head.
func parameter(head, name string) string {
	for _, p := range splitOutsideQuotes(head, ';') {
		if k, v, ok := strings.Cut(p, "="); ok && strings.EqualFold(k, name) {
			return strings.Trim(v, `"`)
		}
	}
	return ""
}

func splitOutsideQuotes(s string, sep rune) []string {
	quoted := false
	return strings.FieldsFunc(s, func(r rune) bool {
		quoted = quoted != (r == '"')
		return r == sep && !quoted
	})
}

// contentLine rewrites one property.
func (j *job) contentLine(l contentLine) (string, error) {
	head, value := j.head(l.head), l.value
	var err error
	switch l.name {
	case "BEGIN", "END", "VERSION", "PRODID", "DTSTART", "DTEND", "DTSTAMP", "CREATED", "LAST-MODIFIED", "REV", "RRULE", "EXDATE", "RDATE",
		"DURATION", "SEQUENCE", "TRIGGER", "TZOFFSETFROM", "TZOFFSETTO", "TZID", "COMPLETED", "DUE", "RECURRENCE-ID":
		return l.raw, nil
	case "PHOTO", "LOGO", "SOUND", "KEY":
		if j.hides(privacy.Name) { // a face, a voice
			return j.leaveOut(l, privacy.Name), nil
		}
		value, err = j.attached(l)
	case "ATTACH":
		value, err = j.attached(l)
	case "BDAY", "ANNIVERSARY", "DEATHDATE":
		if j.hides(privacy.Birth) {
			return j.leaveOut(l, privacy.Birth), nil
		}
	case "GEO":
		if j.hides(privacy.Place) {
			return j.leaveOut(l, privacy.Place), nil
		}
	case "N":
		value = j.names(l)
	case "FN", "NICKNAME":
		value = j.text1(l, func(s string) string { return j.gone(privacy.Name, s) })
	case "ADR":
		value = j.address(l)
	case "TEL":
		value = j.text1(l, func(s string) string { return j.gone(privacy.Phone, s) })
	case "EMAIL":
		value = j.text1(l, func(s string) string { return j.gone(privacy.Email, s) })
	case "ORG":
		value = j.structured(l, func(_ int, s string) string { return j.rewrite(s) })
	default:
		value = j.text1(l, j.rewrite)
	}
	if err != nil || head == l.head && value == l.value {
		return l.raw, err
	}
	return folded(head+":"+value, l.end), nil
}

// head rewrites the values of parameters: CN, EMAIL, LABEL.
func (j *job) head(head string) string {
	parts := splitOutsideQuotes(head, ';')
	for i, p := range parts {
		k, v, ok := strings.Cut(p, "=")
		if !ok {
			continue
		}
		bare := strings.Trim(v, `"`)
		now := ""
		switch {
		case strings.EqualFold(k, "CN"):
			now = j.gone(privacy.Name, bare)
		default:
			now = j.rewrite(bare)
		}
		if now != bare {
			parts[i] = k + `="` + strings.Map(func(r rune) rune {
				if r == '"' || r < ' ' {
					return -1
				}
				return r
			}, now) + `"`
		}
	}
	return strings.Join(parts, ";")
}

// text1 rewrites a value as one text.
func (j *job) text1(l contentLine, rewrite func(string) string) string {
	was := l.plainValue()
	now := rewrite(was)
	if now == was {
		return l.value
	}
	return l.written(now)
}

// structured rewrites a value component by component.
func (j *job) structured(l contentLine, rewrite func(i int, s string) string) string {
	parts, changed := components(l), false
	for i, was := range parts {
		parts[i] = rewrite(i, was)
		changed = changed || parts[i] != was
	}
	if !changed {
		return l.value
	}
	for i := range parts {
		parts[i] = l.written(parts[i])
	}
	return strings.Join(parts, ";")
}

func (l contentLine) written(text string) string {
	if !strings.Contains(l.params, "QUOTED-PRINTABLE") {
		return escapedValue.Replace(text)
	}
	var b strings.Builder
	w := quotedprintable.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return strings.ReplaceAll(strings.ReplaceAll(b.String(), "=\r\n", ""), ";", "=3B")
}

// names rewrites the parts of one name together: what stands for the person takes the
// place of the surname.
func (j *job) names(l contentLine) string {
	parts := components(l)
	was := strings.TrimSpace(strings.Join(slices.DeleteFunc([]string{at(parts, 1), at(parts, 2), at(parts, 0)}, func(s string) bool { return s == "" }), " "))
	now := j.gone(privacy.Name, was)
	if now == was {
		return l.value
	}
	return l.written(now) + ";;;;"
}

func at(parts []string, i int) string {
	if i >= len(parts) {
		return ""
	}
	return strings.TrimSpace(parts[i])
}

// address puts a word into the place of the street and empties the rest, all of
// which lead to the same door.
func (j *job) address(l contentLine) string {
	parts := components(l)
	whole := strings.Trim(strings.Join(parts, " "), " ")
	if whole == "" || !j.hides(privacy.Address) || masked(whole) {
		return l.value
	}
	j.byPlace(privacy.Address)
	for i := range parts {
		parts[i] = ""
	}
	parts[min(2, len(parts)-1)] = "[address]"
	return strings.Join(parts, ";")
}

// leaveOut leaves a property out that has no form for a word in its place.
func (j *job) leaveOut(l contentLine, k privacy.Kind) string {
	j.byPlace(k)
	return ""
}

// attached rewrites a file inside a property.
func (j *job) attached(l contentLine) (string, error) {
	if p := l.params; strings.Contains(p, "ENCODING=B") || strings.Contains(p, ";BASE64") || strings.HasPrefix(p, "BASE64") {
		return j.base64(l.value)
	}
	return j.reference(l.value)
}

// folded folds a line at 75 octets (RFC 6350, section 3.2), between characters.
func folded(line, end string) string {
	if end == "" {
		end = "\r\n"
	}
	if quotedPrintable(line) {
		return line + end // the old form continues by its own rule, and may be long
	}
	var b strings.Builder
	for most := 75; len(line) > most; most = 74 {
		n := most
		for n > most-utf8.UTFMax && !utf8.RuneStart(line[n]) {
			n--
		}
		if n == most-utf8.UTFMax { // no UTF-8
			n = most
		}
		b.WriteString(line[:n] + end + " ")
		line = line[n:]
	}
	return b.String() + line + end
}
