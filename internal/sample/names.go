package sample

import (
	"fmt"
	"strings"
)

// phone makes up a number from the ranges that are kept free for fiction: the
// Bundesnetzagentur's numbers for media, Ofcom's, and 555-01xx.
func phone(d *dice, lang string) string {
	switch n := d.n(1000); {
	case lang == "de":
		return fmt.Sprintf(pick(d, []string{"030 23125 %03d", "+49 30 23125 %03d", "040 66969 %03d", "+49 (0)221 4710 %03d",
			"089/99998-%03d", "069 90009 %03d"}), n)
	case lang == "us":
		return fmt.Sprintf(pick(d, []string{"+1-555-01%02d", "(217) 555-01%02d", "+1 312 555 01%02d"}), n%100)
	default:
		return fmt.Sprintf(pick(d, []string{"020 7946 0%03d", "+44 20 7946 0%03d", "0113 496 0%03d", "+44 7700 900%03d"}), n)
	}
}

var ascii = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "Ä", "ae", "Ö", "oe", "Ü", "ue", "ß", "ss",
	"ı", "i", "ğ", "g", "'", "", " ", "")

// mailbox is the part of an address that stands for a person: t.wiesenhuetter.
func mailbox(name string) string {
	initial := []rune(firstName(name))[:1]
	last := name[strings.LastIndexByte(name, ' ')+1:]
	return ascii.Replace(strings.ToLower(string(initial) + "." + last))
}

func login(name string, n int) string {
	last := name[strings.LastIndexByte(name, ' ')+1:]
	return fmt.Sprintf("%s%02d", ascii.Replace(strings.ToLower(last)), n)
}

// firstName is the first word of a name that is no title.
func firstName(name string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(name, "Dr. "), " ")
	return first
}
