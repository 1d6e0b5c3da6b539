package sample

import (
	"fmt"
	"math/big"
	"strings"
)

// An aviary makes needles and remembers where they were planted.
type aviary struct {
	dice    *dice
	needles []string
	origin  map[string]string // needle → field
}

// syllables make words that can be read and that stand in no language.
var syllables = strings.Fields("ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo zu")

// plant remembers a new needle of the field.
func (a *aviary) plant(field, needle string) string {
	if a.origin[needle] != "" {
		panic("sample: needle planted twice")
	}
	a.origin[needle] = field
	a.needles = append(a.needles, needle)
	return needle
}

// word is a needle that may be a name: Zyqfoluberi.
func (a *aviary) word(field string) string {
	word := "Zyq"
	for range 5 {
		word += pick(a.dice, syllables)
	}
	return a.plant(field, word)
}

// lower is a needle for what is spelled in small letters: logins, addresses.
func (a *aviary) lower(field string) string {
	word := "zyq"
	for range 5 {
		word += pick(a.dice, syllables)
	}
	return a.plant(field, word)
}

// digits is a needle of n digits behind the prefix.
func (a *aviary) digits(field, prefix string, n int) string {
	for range n {
		prefix += fmt.Sprint(a.dice.n(10))
	}
	return a.plant(field, prefix)
}

// phone is a number from a range for fiction, +1 NPA 555 01NN.
func (a *aviary) phone(field string) string {
	for {
		number := fmt.Sprintf("%d55501%02d", a.dice.in(210, 989), a.dice.n(100))
		if a.origin[number] == "" {
			return "+1" + a.plant(field, number)
		}
	}
}

// iban is valid, at a bank that does not exist.
func (a *aviary) iban(field string) string {
	account := "99999999"
	for range 10 {
		account += fmt.Sprint(a.dice.n(10))
	}
	n, _ := new(big.Int).SetString(account+"131400", 10) // DE00 in figures
	check := 98 - new(big.Int).Mod(n, big.NewInt(97)).Int64()
	return a.plant(field, fmt.Sprintf("DE%02d%s", check, account))
}

// card is a number with a right check digit, from a range for tests.
func (a *aviary) card(field string) string {
	number := "400000"
	for range 9 {
		number += fmt.Sprint(a.dice.n(10))
	}
	for check := range 10 {
		if luhn(number + fmt.Sprint(check)) {
			return a.plant(field, number+fmt.Sprint(check))
		}
	}
	panic("sample: no check digit")
}

// luhn reports whether the last digit is the right check digit.
func luhn(number string) bool {
	sum := 0
	for i := range len(number) {
		d := int(number[len(number)-1-i] - '0')
		if i%2 == 1 {
			d = d*2/10 + d*2%10
		}
		sum += d
	}
	return sum%10 == 0
}
