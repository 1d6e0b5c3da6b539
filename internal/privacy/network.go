package privacy

// network finds addresses of IPv4 and IPv6 (RFC 4291). Four numbers with dots are
// as often a version: a word before them tells, and so do parts that no version
// has.
var network = recognizer{
	kind:     Network,
	triggers: digitBytes,
	match:    matchNetwork,
	cues: newCues(map[string]language{
		"en": {"ip ips ipv4 ipv6 address addr host server login gateway dns ping",
			"version versions v release build firmware update upgrade driver section chapter kernel patch client app"},
		"de": {"anmeldung host", "version versionen fassung abschnitt kapitel stand treiber"},
	}),
	finds: []string{
		"from «160.180.91.215», which", "IP «10.0.0.1»", "IP-Adresse: «192.168.2.1»", "http://«192.168.100.200»/x", "«8.8.8.8»:53",
		"the phone's IP is «192.168.100.200»", "«2001:db8::8a2e:370:7334»", "«fe80::1»%eth0", "«2001:0db8:0000:0000:0000:ff00:0042:8329»",
		"[«2001:db8::1»]:443", "«f236:8b02:7c48:d42e:3e1f:d98e:1dbe:3d31», das", "IP «3FFE:0:0:0:200:F8FF:FE21:67CF»",
	},
	leaves: []string{
		"version 10.5.0.1 is not", "Version 10.5.0.1", "v1.2.3.4", "1.2.3.4.5", "256.1.1.1", "10:30", "12:45:30", "at 10:30:15:20",
		"std::vector", "0.0.0.0", "127.0.0.1", "::1", "a::b", "release 4.163.39.246", "Section 3.1.4.2",
	},
}

func matchNetwork(s *sight, i int, c *cues) (Span, bool) {
	if !numeric(s.window, i) || s.wordBefore(i) || (s.at(i-1) == '.' || s.at(i-1) == ':') && s.wordBefore(i-1) {
		return Span{}, false
	}
	span := Span{Start: i, Kind: Network, Valid: true}
	if span.End = ipv4(s.window, i); span.End > 0 && s.hears(i, c) != adverse {
		return span, true
	}
	span.End = ipv6(s.window, i)
	return span, span.End > 0
}

// numeric reports whether a dot or a colon follows the first few signs at i, as in
// every address.
func numeric(w window, i int) bool {
	for k := 1; k <= 4; k++ {
		switch b := w.at(i + k); {
		case b == '.' || b == ':':
			return true
		case !isAlnum(b):
			return false
		}
	}
	return false
}

// ipv4 returns the end of an address in four decimals, or 0. Addresses that name no
// machine of anybody's are none.
func ipv4(w window, i int) int {
	var parts [4]int
	at := i
	for k := range parts {
		end := digitsEnd(w, at)
		if end == at || end-at > 3 || k > 0 && end-at > 1 && w.at(at) == '0' {
			return 0
		}
		parts[k] = atoi(w.text[at:end])
		if parts[k] > 255 {
			return 0
		}
		if at = end; k < 3 {
			if w.at(at) != '.' {
				return 0
			}
			at++
		}
	}
	if w.wordAt(at) || w.at(at) == '.' && isDigit(w.at(at+1)) || w.at(at) == '-' && isDigit(w.at(at+1)) {
		return 0
	}
	if parts[0] == 0 || parts[0] == 127 || parts == [4]int{255, 255, 255, 255} {
		return 0
	}
	return at
}

// ipv6 returns the end of an address in groups of hexadecimal, or 0.
func ipv6(w window, i int) int {
	groups, short, letters, at := 0, false, false, i
	for groups < 8 {
		end := hexEnd(w, at)
		if end == at || end-at > 4 {
			break
		}
		for _, b := range w.text[at:end] {
			letters = letters || isLetter(b)
		}
		groups++
		at = end
		if w.at(at) != ':' || groups == 8 {
			break
		}
		if w.at(at+1) == ':' && !short {
			short = true
			at++
			if hexEnd(w, at+1) == at+1 {
				at++
				break
			}
		} else if hexEnd(w, at+1) == at+1 {
			break
		}
		at++
	}
	if w.wordAt(at) || w.at(at) == ':' && isAlnum(w.at(at+1)) {
		return 0
	}
	if groups == 8 && !short || short && groups >= 2 && at-i >= 7 && (letters || groups > 3) {
		return at
	}
	return 0
}

func hexEnd(w window, i int) int {
	for {
		if _, ok := digitOf(w.at(i)); !ok {
			return i
		}
		i++
	}
}

// hardware finds addresses of network cards (EUI-48): six pairs of hexadecimal.
var hardware = recognizer{
	kind:     Device,
	triggers: digitBytes,
	match:    matchHardware,
	finds:    []string{"MAC «4a:26:02:ba:96:4e»", "«00-1B-44-11-3A-B7»", "«a1b2.c3d4.e5f6»", "«de:ad:be:ef:00:01»."},
	leaves:   []string{"4a:26:02:ba:96", "10:20:30:40:50:60:70", "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"},
}

func matchHardware(s *sight, i int, _ *cues) (Span, bool) {
	w := s.window
	size, n, sep := 2, 6, w.at(i+2)
	if w.at(i+4) == '.' {
		size, n, sep = 4, 3, '.'
	} else if sep != ':' && sep != '-' {
		return Span{}, false
	}
	if w.wordBefore(i) || (w.at(i-1) == ':' || w.at(i-1) == '-') && w.wordBefore(i-1) {
		return Span{}, false
	}
	at, varied := i, false
	for k := range n {
		if hexEnd(w, at) != at+size || k < n-1 && w.at(at+size) != sep {
			return Span{}, false
		}
		varied = varied || lower(w.at(at)) != lower(w.at(i)) || lower(w.at(at+1)) != lower(w.at(i))
		at += size + 1
	}
	at--
	if !varied || w.wordAt(at) || w.at(at) == sep && w.wordAt(at+1) {
		return Span{}, false
	}
	return Span{Start: i, End: at, Kind: Device, Type: "MAC", Valid: true}, true
}
