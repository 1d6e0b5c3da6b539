package privacy

import (
	"strings"
	"sync"
)

// What surrogates are made of. Another word in a list makes other surrogates:
// RulesVersion has to change with it.

// inventedGiven are given names that women and men bear, in English and German alike, so
// that none says more than the name it stands for and all agree with "Mr" and "Frau".
// None has more than eight letters: see surrogateAt.
var inventedGiven = strings.Fields(`Robin Kim Alex Sascha Toni Luca Kai Noa Charlie Jamie Taylor Jordan Casey Riley Morgan Quinn
	Rowan Avery Skyler Dakota Jesse Jona Mika Nikita Sam Chris Pat Dana Lou Jules Remy Ariel
	Blake Cameron Drew Elliot Emery Finley Frankie Harley Hayden Jaden Kendall Lane Logan Micah Parker Peyton
	Phoenix Reese Rory Sage Shannon Sidney Tracy Bente Eike Gerrit Kersten Marian Maris Micha Janne Tomke`)

const initials = "ABCDEFGHJKLMNOPRSTVW"

// Surnames have two of these syllables and an ending that sounds like a place. The second
// ones are such as neither language has before the endings, so that no name of anybody's
// comes about: none is in the list of the census of the United States. They have three
// letters each, by which surrogateAt takes names apart.
var (
	firstSyllables = strings.Fields(`bel bra cor dal dre fal fen gar gil gra hal har hed hol hul jar
		jol kel ken kor lan lar lem lin lor lun mal mar mel mon mor nar
		nel nor ost pal pen pol qua ral ran ros sal sel sol sun tal tar
		tel tol tre tul ulm val var vel vol wal war wel wes wil win wol`)
	secondSyllables = strings.Fields(`bak bek bov bul dak dav dek dov fak fek fov gav gek gov hav hek
		jav jek jov kav kov kuv lav lek lov luk mak mev mok muv nak nev
		nok nuv pak pev pok puv rak rev rok ruv sak sev sok suv tak tev
		tok tuv vak vek vok vul wak wev wok zak zav zek zev zok zul zuv`)
	englishEndings = strings.Fields("ford ham ley ton wick worth field combe bourne brook stead thorpe mere hurst well ridge")
	germanEndings  = strings.Fields("mann berg feld stein bach hofer inger bauer brink dorf haus kamp rode thal wald wig")

	inventedStreets = strings.Fields("Street Road Lane Avenue")
	inventedWays    = strings.Fields("weg allee gasse ring")
)

// By these a name or an address is taken for a German one, and an e-mail address.
var (
	germanSurnames = strings.Fields(`mann berg burg stein bauer huber meier meyer maier mueller schmidt schulz schulze schneider fischer
		wagner becker hoffmann koch richter krueger schroeder zimmermann lehmann koehler vogel keller feld dorf hofer bach wald haus`)
	germanStreets = strings.Fields("str strasse weg platz gasse allee ring ufer damm")
	germanTops    = strings.Fields("de at ch li")
)

// givenOfGermanOnly are given names that the census of the United States does not have.
var givenOfGermanOnly = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{}
	for _, n := range spelling(germanGiven) {
		names[n] = true
	}
	for line := range strings.Lines(namesText) {
		if name := strings.TrimSpace(line); name == "# surname" {
			break
		} else {
			delete(names, strings.TrimSuffix(name, "~"))
		}
	}
	return names
})

// exampleTops are those under which RFC 2606 section 3 keeps the domain example.
var exampleTops = strings.Fields("com org net")

// surrogateCode is how many digits of base 32 an address has behind its name.
const surrogateCode = 8

const codeDigits = "0123456789abcdefghjkmnpqrstvwxyz"

// fictionalNumbers are numbers that are kept for films, books and the like: "Telephone
// numbers for use in TV and radio drama programmes" of Ofcom, and "Rufnummern für
// Medienproduktionen (Drama Numbers)" of the Bundesnetzagentur (Mitteilung 148/2021,
// Amtsblatt 7/2021). North America's are 555-0100 to 555-0199 in each area: see
// pseudonymPhone. Of other countries none are known here.
var fictionalNumbers = []struct {
	code  string
	forms []string // as in ourPatterns
}{
	{"+44", []string{
		"+44 20 7946 0###", "+44 113 496 0###", "+44 114 496 0###", "+44 115 496 0###", "+44 116 496 0###", "+44 117 496 0###",
		"+44 118 496 0###", "+44 121 496 0###", "+44 131 496 0###", "+44 141 496 0###", "+44 151 496 0###", "+44 161 496 0###",
		"+44 1632 960###", "+44 7700 900###",
	}},
	{"+49", []string{"+49 30 23125 ###", "+49 69 90009 ###", "+49 40 66969 ###", "+49 221 4710 ###", "+49 89 99998 ###"}},
}

// documentationIPv4 are the networks of RFC 5737, documentationIPv6 is the prefix of RFC
// 3849, documentationMAC the range for documentation of RFC 9542, which replaced RFC 7042.
var documentationIPv4 = []string{"192.0.2.###", "198.51.100.###", "203.0.113.###"}

const (
	documentationIPv6 = "2001:db8:%%%%:%%%%::%%%%"
	documentationMAC  = "00-00-5E-00-53-~~"
	// Social security numbers never start with 666, nor with 000 or 900 to 999: Social
	// Security Administration, SSN Randomization FAQ. 9xx are taken by the tax office.
	neverIssuedSSN = "666-##-####"
)

// surrogateForms are the surrogates that have one form, as in ourPatterns.
var surrogateForms = func() (all []string) {
	for _, c := range fictionalNumbers {
		all = append(all, c.forms...)
	}
	return append(append(all, documentationIPv4...), documentationIPv6, documentationMAC, neverIssuedSSN, "+1-###-555-01##")
}()
