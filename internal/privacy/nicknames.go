package privacy

import "strings"

// nicknames maps the key of a given name to the short forms that people use for it,
// and short forms to each other. The pairs are general knowledge of English and
// German usage, as any book of names has them.
var nicknames map[uint64][]shortForm

// A shortForm is one word, read as a part of a name: see part.
type shortForm struct {
	key, plain uint64
	start      byte
}

func readNicknames() {
	all := map[uint64][]shortForm{}
	for line := range strings.Lines(nicknameList) {
		names := strings.Fields(line)
		for i, name := range names {
			for j, other := range names {
				// The first of a line is the full name: short forms lead to it and it to them.
				if i != j && (i == 0 || j == 0) {
					all[keyOf(name)] = append(all[keyOf(name)], shortFormOf(other))
				}
			}
		}
	}
	nicknames = all
}

func shortFormOf(name string) shortForm {
	var p part
	p.read([]byte(name))
	return shortForm{p.keys[0], p.plain[0], p.start[0]}
}

const nicknameList = `abigail abby gail
abraham abe
albert al bert bertie
albrecht albert
alexander alex alec sandy sascha xander lex
alexandra alex sandra sandy lexi alexa
alfred alf fred freddie
alison ali allie
amanda mandy
andreas andi andy
andrea andi
andrew andy drew
angela angie geli
angelika geli angie
anna annie anni anne
anneliese anne liesel
annette anne netti
anthony tony ant
antonia toni
anton toni
arthur art artie
august gustl
barbara barb barbie babs bärbel babsi
bartholomäus bartl
beatrice bea trixie
beatrix bea trixi
benedikt bene
benjamin ben benny benji
bernadette bernie
bernard bernie
bernhard bernd hardy
bernd berni
bettina tina betti
bradley brad
brandon bran
brian bri
bridget biddy bridie
brigitte gitti gitte
burkhard burki
carl charlie
caroline carrie caro line
carolin caro
catherine cathy kate katie cat cath kitty
cecilia cissy celia
charles charlie chuck chas
charlotte charlie lotte lottie
christian chris christl
christiane christl jane
christina tina chris
christine chris chrissy christl tine
christoph chris
christopher chris kit topher
claudia claudi
clifford cliff
cornelia conny nelly
cynthia cindy
daniel dan danny
danielle dani
david dave davy
deborah deb debbie
dennis den denny
dietrich dieter dirk
dominik domi nick
donald don donnie
dorothea dora thea dorle
dorothy dot dottie dolly
douglas doug
eberhard ebbo hardy
edmund ed eddie
eduard edi ede
edward ed eddie ted teddy ned
edwin ed eddie
eleanor ellie nell nora
elisabeth lisa elli lisbeth sissi liesl betti else elsa ilse
elizabeth liz lizzie beth betty eliza libby lisa bess
emily em emmy
emma em emmi
emmanuel manny
erika eri
ernst erni
eugene gene
eugen
eva evi
evelyn evie eve
felicitas feli
felix fix
ferdinand ferdi
florian flo flori
frances fran franny frankie
francesca fran
francis frank fran
franz franzl
franziska franzi fanny sissi
frederick fred freddie
frederik fred
friedrich fritz fred friedel
gabriele gabi gaby
gabriel gabe
georg schorsch jörg jürgen
gerald gerry jerry
gerhard gerd hardy
gertrud trude gerti
gertrude gert trudy
gisela gisi gila
gottfried friedel
gregor
gregory greg
günter günni
günther günni
gustav gustl
hannah hanna anna
hannelore hanne lore
hans hansi
harald harry
harold harry hal
harriet hattie
heinrich heinz heiner henry
helene leni lena hella
helen nell nellie
helga
helmut helle
henry harry hank hal
herbert herb bert herbie
hermann
hildegard hilde
horst hotte
hubert bert hubi
hugo
ignaz igi
ingeborg inge
ingrid inge
irene reni
isabel izzy bella
isabella izzy bella
isabelle izzy belle
jacob jake
jakob jakobi
jacqueline jackie
james jim jimmy jamie
janet jan
jason jay
jeffrey jeff
geoffrey geoff
jennifer jen jenny jenn
jeremy jem jerry
jessica jess jessie
jill
joachim jochen achim jo
joan joanie
joanna jo
johann hans hannes johnny
johanna hanna hanne jo
johannes hannes jo hans johnny
john jack johnny jon
jonathan jon jonny nathan
josef sepp jupp beppo seppl
josefine josi fine
joseph joe joey
josephine jo josie
joshua josh
judith judy
julia jule juli
juliane jule
julian jules
jürgen
karin
karl kalle charly
karoline karo line
katharina kathi katja käthe kati rina
katherine kate katie kathy kat kay
kathleen kathy kay
kathrin kathi
katrin kati
kenneth ken kenny
kevin kev
kimberly kim
kimberley kim
klaus
konrad conny kurt
konstantin konsti
kristina tina kris
kurt
laura
lawrence larry laurie
laurence larry laurie
leonard len leo lenny
leonhard leo hardl
leopold leo poldi
leslie les
lillian lil lily
linda lindy
louis lou louie
louise lou
ludwig lutz wiggerl
luise lulu
lukas luki
madeleine maddie
madeline maddie
magdalena leni lena magda
manfred mani fred manni
manuela manu ela
margaret maggie meg peggy marge margie greta
margarete grete gretel marga greta
margarethe grete gretel marga greta
maria mia mitzi ria marie
marianne nanni
marie mia
marion
markus
martha marty
martin marty
martina tina
mary molly polly mamie
matthew matt matty
matthias matze hias mathes
maximilian max maxi
maureen mo
maxine max
melanie mel melli
melissa mel missy lissa
michael mike mick micky mickey mikey michi michl
michaela michi
michelle shelly
mildred millie
mitchell mitch
monika moni
mona
nancy nan
natalie nat
nathan nate nat
nathaniel nate nat
nicholas nick nicky
nicole nicki nicky
nicola nicky
nikolaus klaus niko nick
norbert nobby bert
oliver olli ollie
olivia liv livvy
oskar ossi
oswald ossi
otto
pamela pam
patricia pat patty patsy tricia trish
patrick pat paddy
paula
pauline pauli
peter pete
petra
philip phil pip
phillip phil
philipp phil
priscilla cilla
rachel rach
rainer
ralph ralphie
raymond ray
rebecca becky becca beck
rebekka bekki
regina gina
reinhard reini hardy
reinhold reini
renate reni nate
richard rick rich dick ricky richie
robert rob bob bobby robbie bert
robin rob
roderick rod
rodney rod
roger rog
roland roli
ronald ron ronnie
rosemarie rosi romy
rosemary rosie
rosalie rosi
rosa rosi
rosina rosi
roswitha rosi
rudolf rudi rolf
rüdiger rüdi
rupert
russell russ
ruth
sabine bine
samantha sam sammy
samuel sam sammy
sandra sandy
sarah sally
sebastian basti bastian seb
sharon shaz
sibylle bille
siegfried sigi siggi
sigrid sigi
silke
simon si
simone
sophia sophie
sophie
stefan steff
stefanie steffi
stephan steff
stephanie steph stephie steffi
stephen steve stevie
steven steve stevie
stuart stu
stewart stu stew
susan sue susie suzie
susanna susie
susanne susi sanne
suzanne sue suzie
sylvia syl
terence terry
theresa terry tess tessa resi
teresa tess terry
therese resi
theresia resi
theodor theo
theodore ted teddy theo
thomas tom tommy
timothy tim timmy
tobias tobi
trevor trev
ulrich uli ulli
ulrike uli rike
ursula uschi ursel
valentin vali
valerie val
vanessa nessa
verena vreni
veronica ronnie vera
veronika vroni
victor vic
victoria vicky tori
viktor
viktoria vicky
vincent vince vinny
virginia ginny
volker
walter walt wally
waltraud traudl
werner
wilfried willi
wilhelm willi willy helm
wilhelmine minna
william bill will billy willy liam
winifred winnie
wolfgang wolf wolfi
yvonne
zachary zach zack`
