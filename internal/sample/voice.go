package sample

import (
	"fmt"
	"strings"
	"time"
)

// A voice turns templates into sentences of one ticket. What a slot was filled
// with stays the same for the whole ticket: the order that a customer asks about
// is the order that the agent looks up.
type voice struct {
	dice  *dice
	lang  string // "en" or "de"
	book  *book
	facts map[string]string // what slots were filled with
	now   time.Time         // of the message that is being written
}

// say picks among "[a|b]" and fills in "{slot}". Brackets without a bar are
// brackets.
func (v *voice) say(template string) string {
	return v.fill(v.choose(template))
}

func (v *voice) choose(template string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(template, "[")
		inside, after, closed := strings.Cut(rest, "]")
		if !ok || !closed {
			return b.String() + template
		}
		b.WriteString(before)
		if strings.Contains(inside, "|") {
			b.WriteString(pick(v.dice, strings.Split(inside, "|")))
		} else {
			b.WriteString("[" + inside + "]")
		}
		template = after
	}
}

func (v *voice) fill(template string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(template, "{")
		slot, after, closed := strings.Cut(rest, "}")
		if !ok || !closed {
			return b.String() + template
		}
		b.WriteString(before)
		b.WriteString(v.fact(slot))
		template = after
	}
}

// fact returns what a slot is filled with. Digits tell slots of one kind apart:
// {person} and {person2} are two people.
func (v *voice) fact(slot string) string {
	if text, ok := v.facts[slot]; ok {
		return text
	}
	kind := strings.TrimRight(slot, "0123456789")
	text := ""
	if invent, ok := v.book.slots[kind]; ok {
		text = invent(v)
	} else {
		text = v.phrase(kind)
	}
	v.facts[slot] = text
	return text
}

// phrase picks a wording from the list of that name in the ticket's language.
func (v *voice) phrase(name string) string {
	list := v.book.phrases[name+"."+v.lang]
	if list == nil {
		list = v.book.phrases[name]
	}
	if list == nil {
		panic("sample: no list and no slot " + name)
	}
	return v.say(pick(v.dice, list))
}

func (v *voice) coded(en, de string, limit int) string {
	if v.lang == "de" {
		en = de
	}
	return fmt.Sprintf(en, v.dice.in(limit/10, limit))
}

// money spells an amount of cents as the language does: €1,234.50 and 1.234,50 €.
func (v *voice) money(cents int) string {
	thousands, rest, cents := cents/100_000, cents/100%1000, cents%100
	group, point, format := ",", ".", "€%s%s%02d"
	if v.lang == "de" {
		group, point, format = ".", ",", "%s%s%02d €"
	}
	whole := fmt.Sprint(rest)
	if thousands > 0 {
		whole = fmt.Sprintf("%d%s%03d", thousands, group, rest)
	}
	return fmt.Sprintf(format, whole, point, cents)
}

func (v *voice) date(t time.Time) string {
	month := v.book.phrases["month."+v.lang][t.Month()-1]
	if v.lang == "de" {
		return fmt.Sprintf("%d. %s %d", t.Day(), month, t.Year())
	}
	return fmt.Sprintf("%d %s %d", t.Day(), month, t.Year())
}

func (v *voice) clock() string {
	hour, minute := v.dice.in(8, 16), 15*v.dice.n(4)
	if v.lang == "de" {
		return fmt.Sprintf("%d:%02d Uhr", hour, minute)
	}
	return fmt.Sprintf("%d:%02d", hour, minute)
}
