package privacy

import (
	_ "embed"
	"strings"
	"sync"
)

// names.txt are given names and surnames, by which people on no record are known:
// see the package gazetteer, which makes it.
//
//go:embed names.txt
var namesText string

// gazetteer is read when the first text is: a program that only plans needs none.
var gazetteer = sync.OnceValue(func() *table {
	t := sizedTable(30_000, 8) // a filter that fits into the nearest cache
	role := asGiven
	for line := range strings.Lines(namesText) {
		name, ordinary := strings.CutSuffix(strings.TrimSpace(line), "~")
		switch name {
		case "# given":
			role = asGiven
			continue
		case "# surname":
			role = asFamily
			continue
		}
		roles := role
		if ordinary {
			roles |= asCommon
		}
		t.put(keyOf(name), roles, 0)
	}
	for name := range strings.FieldsSeq(germanGiven) {
		t.put(keyOf(name), asGiven, 0)
	}
	t.used = nil
	return &t
})

// germanGiven are given names of German that the census of the United States does
// not have, from general knowledge: those of the yearly lists of the Gesellschaft für
// deutsche Sprache, of the generations before, and of those who came from Turkey.
const germanGiven = `achim adelheid aaron anja anke annegret annelie annemarie ansgar antje arne arno astrid axel balthasar bärbel bastian
	beate benedikt berit bernd birgit birgitta birte björn bodo britta burkhard carsten christa christel christoph constanze cord cordula
	dagmar detlef detlev diethelm dieter dietlinde dietmar dirk dorit dörte eberhard eckart eckhard edeltraud egon ekkehard elfriede
	elke ellen elmar elvira emil emilia enno erhard erika erwin esther eugen ewald falk felix finn florian franka franz franziska
	frauke frederik friedbert friedemann friederike friedhelm friedrich frieda fritz gabi georg gerd gerda gerhard gerlinde gernot gertraud
	gesa gesine gisbert gisela gitta götz gottfried grit gudrun gundula günter günther gunnar gustav hannah hannelore hannes hanno
	hans-peter harald hartmut hartwig hauke hedwig heide heidemarie heidi heidrun heike heiko heiner heino heinrich heinz helga helge
	helmut hendrik henning henrike herbert heribert hermann herta hilde hildegard hiltrud holger horst hubert ida ilka ilona ilse imke
	immo inga ingeborg ingmar ingo ingrid irmgard irmtraud isolde jana janina jasmin jens joachim jochen johanna johannes jonas jörg jörn
	josefine jost julia juliane jürgen jutta kai karin karl-heinz karola karsten kaspar katharina kathrin katja katrin kerstin kirsten
	klaus knut konrad konstantin kordula kornelia kristin kurt lars lasse leif lena lennart leonie leopold lieselotte lina linus liselotte
	lothar lotte luca ludger ludwig luisa lukas lutz maike malte manfred manuela margarete margit margot margret marianne marieke marika
	marina marion marit markus marlene marlies martina mathias mathilde matthias mechthild meike melanie merle mia michaela mirja mirjam
	mirko monika moritz nadine nadja niklas nils norbert olaf ole ortrud oskar ottilie otto patrizia paula peer petra philipp pia
	rainer ralf raphael rebekka regine reiner reinhard reinhold renate renée rolf romy rosemarie rosi roswitha rüdiger rudi rudolf ruprecht
	ruth sabine sabrina sandra sascha sebastian sibylle siegbert siegfried siegmund sieglinde sigmar sigrid silke silvia simone sofia sönke sonja
	sophie stefan stefanie steffen steffi stephan susanne susi sven svenja swantje sybille sylvia tanja thea theo theodor thilo
	thomas thorben thorsten till tilman tim timo tobias torben torsten traudel trude udo ulf ulla ulrich ulrike ursel ursula uschi ute
	uwe valentin vera verena veronika viktoria viola volker volkmar waldemar walburga waltraud walter wendelin wenke werner wiebke wieland wigbert
	wilfried wilhelm willi winfried wolf wolfgang wolfram xaver yannick yvonne zoe
	adam alina amelie annika anton ayse ahmet ali alexandra ben bruno can carl carla carlotta charlotte clara damian darius david deniz dilara ella elias
	elif elisa elise ella emine emma emre enes fabian fatma finja florentine frida georg greta hamza hanna hasan helena henri henry hüseyin ibrahim ida
	isabella jakob jan jannik jannis johann jonathan joris joshua juna karl kilian klara lara laura lea leah leander leni lenny leo leon leonard lennard
	leonhard levi levin lia liam lilly lilli linda lio lisa lotta louis luan luca luis luise magdalena maja malia marlon mateo mathilda matilda mats matteo
	maximilian mehmet mehmed melina merve mika mila milan mina mira mohamed mohammed murat mustafa nele nelly neele nico nicolas nika nikita niko nikolas
	nina noah noel nora oliver olivia omar osman oskar pauline phil philip piet rafael ramazan romina ronja rosalie salome sami samuel sara sarah selin serkan
	simon sina sofie sophia stella tabea tamara tarik tessa theresa till timon tom toni valentina victoria vincent yannik yasin yusuf zeynep ömer ümit`
