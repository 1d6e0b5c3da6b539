package main

import (
	"math/rand/v2"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/safeconduct/safeconduct/internal/privacy/tagger"
)

// patterns are sentences of our own: * is a person, ^ a surname alone, ~ a given name
// alone, # a company, % a town, & a street, $ an English word with a capital that is no name, / the end
// of a line.
var patterns = strings.Split(strings.TrimSpace(`
* called about the invoice.
I spoke to * yesterday and she promised to send the form.
Please forward this to * in Accounting.
My name is * and I live in %.
My name is *, but everybody calls me ~.
Hello, this is * from #.
Can you reset the password of *?
The contract between * and # ends in March.
* was born in % and moved to % later.
According to *, the printer in Room 4 is broken.
The card in the name of * was declined.
Send the parcel to *, &, %.
*
*, &, %
&, %
The office of # is in %.
# has a new address: &, %.
We bought the license from # in %.
What is the weather like in %?
How do I change my PIN?
Who wrote "The Last Summer"? It was *.
* and * will attend the meeting in %.
*, * and * are on the list.
The review by * was published in the % Times.
Is ~ still with #?
~ said that the Update failed again.
Ask ~ or ~ before Friday.
Thanks, ~
Best regards, *
Cheers
~
Mr. ^ asked for a refund.
Mrs. ^ and Mr. ^ live at &.
Dr. * sees patients on Monday.
I am meeting ^ at the Grand Hotel in %.
Has ^ signed the form?
^ won the match in %.
The patient, *, is 45 years old.
Customer: *
Name: *
Company: #
Address: &, %
The account belongs to *.
It was * who found the bug.
As * puts it, "nothing works".
"I did not order this", * wrote.
* (#) will call you back.
* works at # as an engineer.
* is the new manager of # in %.
Director * opened the plant in %.
Please cancel my flight from % to % on Tuesday.
Our shop in % opens at Nine.
I want to increase the limit of my card.
Great Service, I love #!
*'s laptop does not start.
I lost ~'s phone number.
Let ~ know that Windows needs an update.
President * met Chancellor * in %.
The film stars * and *.
* was seen in % with *.
When * left #, the team in % was closed.
Could you tell * that the Order has arrived?
Bill to: *
Ship to: *
From: *
To: *
Cc: *, *
Subject: Question about the Invoice
Thank You for Your Order.
VPN Client for Windows and Mac is not working.
Dear Customer Support,
Dear *,
$ $ is not available in %.
The $ does not open after the $ update.
Click $ and then $ to see the list.
$ and $ are broken since Monday.
$ Report for the $ Team
I bought a $ at the $ Store.
The $ $ of # is great.
$! Where is my order?
$ is what I asked for, and I got a $.
$: $
Open the $ Center and choose $.
* opened the $ and wrote to $ Support.
The $ that * sent is in the $ Folder.
$ by *
* - $ Manager, #
*, $ Officer
Follow * for more $.
She plays * in the $ series "$ $".
I saw * at the $ yesterday!
$ with * tonight at Nine.
We met * and her husband ~ at the wedding of ^.
It has been a pleasure to work with *.
Nobody told * about the change.
The keys are with ^ next door.
* should have received it by now.
Why was * charged twice?
I bought it from * for a good price.
The driver, *, was very kind.
My husband * and I share the account.
My daughter ~ turns ten in June.
I am writing on behalf of my mother, *.
The account holder is *, not me.
Her maiden name is ^.
His name was * before he married.
It is spelt ^, with two letters at the end.
There is a typo in my name: it should read *.
Put * on the waiting list.
Add * as a second user.
Remove ~ from the group.
Transfer the number to *.
Could you connect me to ^?
The meeting with * is at noon.
Who invited *?
Have you seen *?
Where does * work now?
When will * be back?
How is ~ doing?
What did ^ say?
Tell ~ to call me.
Thank * for the quick help.
Congratulations to * from all of us!
Sorry, ~, I missed your call.
Hi ~, can you look into this?
Good morning *,
Hello ^ family,
Dear Mr. and Mrs. ^,
Yours sincerely, *
Kind regards ~
Sent by * from a phone
Signed: *
Attn: *
c/o *, &, %
Contact person: *
Guest: *, two nights
Patient *, room 7
Employee: *, joined in May
Witnessed by *
Written by * and translated by *
Photo: *
Directed by *, with * and *
* (born in %) is a painter.
*, 34, of %, was arrested on Sunday.
The mayor of %, *, opened the bridge.
^'s lawyer refused to comment.
According to a spokesman for ^, nothing was signed.
The late * founded the school.
Professor ^ taught in % until he retired.
Captain * and Sergeant ^ were promoted.
Queen ~ visited % in spring.
Saint ~ is honoured in %.
the new single by * is out
omg ~ is here
lol ~ and ~ again
just met * in %!!
@someone have you talked to *?
I'd rather ask ~ than #.
The bill of * went to # by mistake.
* left # to join #.
# hired * away from #.
The shares that ^ holds in # were sold.
* owes # three payments.
The flat of * in % is empty.
Is there a bus from % to &?
The prices at # went up again.
# is closed on Sundays.
I work for # in %.
Which branch of # is near &?
The conference in % was organised by #.
My order from # has not left %.
The library in % opens late.
Please stop sending me the $.
$ and $ do not work together.
How do I install $ on my $?
We moved from $ to $ last year.
The $ of the $ is in the $ tab.
What is the difference between $ and $?
Please find the $ attached.
I need the $ by Monday.
See you in % in August.
The train from % arrives at noon.
Yesterday we had lunch with * at the new place near the harbour.
Has anyone heard from * since the merger?
Could somebody lend ~ a charger?
My neighbour * lost her keys again.
Our landlord, *, refuses to fix the boiler.
The last will of * was read on Tuesday.
The nurse said * could go home.
A letter for * arrived, but nobody of that name lives at &.
You can reach * at the front desk.
We regret to inform you that * passed away in %.
I think ~ forgot to pay the bill.
* paid twice for the same ticket.
If * does not answer, call ^.
The photo shows * with her sister ~.
The judge asked ^ whether the letter was real.
Both * and ^ deny it.
The witness, *, left the court early.
The coach of # is *.
Give my regards to ~ and the children.
Who is *?
I have been waiting for ^ for an hour.
Passenger * missed the connection in %.
Change the name on the booking from * to *.
* has two accounts at #.
To whom it may concern: * rented a flat at & from us.
The painting was sold by * to a museum in %.
Even * could not explain the error.
It says "welcome back, ~" on the screen.
Our teacher ^ is from %.
Is this the right address for *: &, %?
I would like to speak with *, please.
*: the invoice is attached.
Emergency contact: *, mother
Tenant *, flat 12
The company # was founded by * and *.
Is the offer of # still valid in %?
The bus to % leaves from &.
There is a fee for transfers to # in %.
How much is the membership at #?
Where can I find the nearest branch of # in %?
The $ for the $ is missing.
Do you sell the $ in %?
Our trip to % was cancelled by #.
*/&/%
Ship this to:/*/&/%
*/#/&/%
&/%/Attention of */#
To:/*/Head of Sales, #
From the desk of *//Dear ~,
Hi all,//~ is on leave until Monday.
Best,/*
Thanks in advance/~
Regards,/*/#
Cheers, ~/sent from %
My colleague * will take over from here.
Please add * to the thread.
* asked me to follow up.
As discussed with *, the fee is waived.
As ^ pointed out, the total is wrong.
It was signed by both * and me.
Neither * nor ~ replied.
Not * but ~ placed the order.
Only * has the password.
Everyone except * agreed.
Between us, ^ is not amused.
Without * we can't go on.
Because of ^, we had to start again.
Thanks to *, all is fine.
I share a desk with ~.
I was told by * that refunds take a week.
I was transferred to *, who hung up.
The agent I talked to was *.
The technician, *, arrived late.
Your employee ^ was rude to me.
Ms. ^ from the billing team was helpful.
Could Dr. ^ please sign the referral?
An appointment with Dr. * was made for Tuesday.
Prescribed by Dr. ^ in %.
The test result of * is negative.
* is allergic to nuts.
* complains of pain in the back.
Mother of the child: *
Next of kin: * (brother)
Beneficiary: *
Sender: *, &, %
Cardholder: *
Name on the card: *
Payee: *
Paid by: *
Approved by *
Assigned to ~
Reporter: *
Reviewer: ~ ^
Caller: *, number withheld
Visitor: *, badge 12
Speaker: *, #
Author: *
Artist: *
Teacher: ^
Owner: *
* here, calling about my order.
This is * speaking.
I am *, and I forgot my password.
I'm ~, nice to meet you.
People call me ~.
You may know me as *.
My full name is *.
My last name is ^ and my first name is ~.
The name ^ is misspelt on the envelope.
Can I change my name from ^ to ^?
I got married, so I am now *.
Is your name *?
Are you *?
Are you related to *?
Do you remember *?
Did ~ tell you?
Does anyone know how to reach *?
Should I ask ^ first?
Would * be available on Friday?
Can ~ join us?
Will ^ come back?
Let's invite ~ and ~.
Let me introduce *.
Meet *, our new designer.
Welcome, *!
Happy anniversary, ~ and ~!
Rest in peace, *.
Good luck, ~!
No, that was *.
Yes, ~ has it.
Then * came in.
Suddenly ^ laughed.
Later * said it was a joke.
Once, ~ lived in %.
In %, * met ~.
On Friday, ^ flew to %.
At #, * leads a team of ten.
For #, * is a risk.
With *, # won the case.
After * had left, # closed the office in %.
Before *, ^ was in charge.
Since ^ retired, # has struggled.
During the trial, * remained silent.
Police in % are looking for *.
Voters in % elected *.
Fans of * waited in %.
The songs of * are popular in %.
The theory of ^ was rejected by ^.
^ and his team at # found the cause.
^, ^ and ^ published the results.
See ^ for a discussion.
a statue of * in %
the ^ family of %
the ~ I know would not do that
^ v. #
Case of * against #
I flew from % to % with #.
I live near % and work in %.
# and # merged in May.
# sued # in %.
The # office in % has no parking.
The # website is down.
The # card was declined in %.
I need to cancel my # subscription.
# charged me twice.
Is # open on Easter Monday?
How far is it from % to %?
Which $ do I need for the $?
Is the $ part of the $?
The $ is only for $ users.
$ says that the $ has expired.
I can't find the $ in my $.
My $ was sent to the wrong $.
Your $ has been renewed.
The $ in % is closed.
$ of the $: how to print it
From the $ in % to the $ at # it takes an hour.
Happy birthday *!
RT @someone: * is the best
Why did * leave the $?
Is * still the head of $?
the book by * is about %
* is from %.
*, who lives in %, has an appointment on Tuesday.
Does * have a $ at #?
The owner is *; the tenant is *.
I'm with ~ and ~ in %.
~'s $ is late.
His son ~ and his wife ~ live in %.
`), "\n")

var (
	towns = strings.Fields(`London Paris Berlin Vienna Zürich Hamburg Köln Dresden Leipzig Chicago Boston Austin Denver Toronto Sydney Oslo
		Stockholm Helsinki Madrid Lisbon Rome Milan Warsaw Prague Budapest Athens Cairo Lagos Nairobi Mumbai Delhi Tokyo Osaka Seoul Brussels
		Amsterdam Rotterdam Geneva Lyon Marseille Manchester Leeds Glasgow Dublin Cardiff Texas Ohio Florida Bavaria Iraq India Germany France Italy`)
	companies = strings.Fields(`Acme Globex Initech Nordwind Umbra Vertex Solaris Bluebird Kontor Hansa Apex Orbit Quantum Silverline Brightside
		Nimbus Ferrox Datalith Mediport Alpenblick Stahlbau Seaborn Westgate Northfield`)
	titles = strings.Fields(`Update Settings Account Support Service Internet Server Printer Monitor Keyboard Order Invoice Payment Shipping Delivery
		Return Refund Customer Manager Office Department Team Group Project Report Summary Request Question Answer Issue Problem Error Warning
		Message Email Phone Mobile App Store Market Center City State County Country World National International American European German French
		English Spanish Chinese Indian Christian Muslim Monday Friday January June Summer Winter Spring Christmas Easter Holiday Weekend Morning
		Today Tomorrow Yesterday Please Thanks Hello Sorry Yes No Maybe Just Also However Although Because While Where When What Why Who How
		Great Good Best Worst Nice Love Hate Happy Sad New Old Big Small First Second Last Next Free Open Close Start Stop Save Print Send
		Receive View Edit Delete Insert Copy Paste File Folder Window Screen Button Menu Page Site Website Link Google Facebook Twitter Apple
		Microsoft Windows Amazon Netflix Android Oracle Java Python Linux Bluetooth Premium Basic Professional Enterprise Standard Plus Max
		University College School Hospital Church Museum Library Hotel Restaurant Cafe Bar Park Bridge River Lake Mountain Island Street Road
		Police Army Navy Court House Senate Congress Parliament Government Ministry President Minister Director Chairman Secretary General
		Album Song Movie Film Book Game Show Music Band Festival Award Prize Cup League Club Match Season Article Chapter Section
		Dog Cat Horse Car Truck Bike Train Plane Ticket Passport Visa License Card Bank Credit Debit Loan Tax Insurance Policy Contract`)
	legal = []string{"", "", " Inc", " Ltd", " GmbH", " AG", " Group", " and Sons", " Bank", " University", " Systems", " Corporation"}
	ways  = []string{" Street", " Road", " Avenue", " Lane", "straße", "weg", " Drive", "gasse"}
	// sounds make names that are on no list.
	sounds = strings.Fields(`an ka ri to mi sa lu en dor vel han sig bru mar tor eli na zo gre pet ov ski ic ez sen rud fi lo hal ber gar ja wen
		ös mü ké ña ço lé sky nen vic oğ ha du ng tr kov el ul ah
		ří žan čić łuk ñez ås ø ðr þór ëv ış ới ăn ţu őr ìn`)
)

// An inventor makes sentences.
type inventor struct {
	given, family []string
	random        *rand.Rand
}

// invent makes n sentences with the names of a file of lists.
func invent(file string, n int) (all []text, err error) {
	lists, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	v := inventor{random: rand.New(rand.NewPCG(3, 4))}
	into := &v.given
	for line := range strings.Lines(string(lists)) {
		switch name := strings.TrimSpace(line); {
		case name == "# surname":
			into = &v.family
		case name != "# given":
			*into = append(*into, strings.TrimSuffix(name, "~"))
		}
	}
	for range n {
		all = append(all, v.sentence(pick(v.random, patterns)))
	}
	return all, nil
}

func pick(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

func (v *inventor) sentence(pattern string) (t text) {
	for _, c := range pattern {
		from := len(t.text)
		switch c {
		case '*', '^', '~':
			t.text = append(t.text, v.person(c)...)
			t.names = append(t.names, tagger.Span{Start: from, End: len(t.text)})
		case '#':
			t.text = append(t.text, v.company()...)
		case '%':
			t.text = append(t.text, pick(v.random, towns)...)
		case '$':
			t.text = append(t.text, pick(v.random, titles)...)
		case '&':
			t.text = append(t.text, v.street()...)
		case '/':
			t.text = append(t.text, '\n')
		default:
			t.text = utf8.AppendRune(t.text, c)
		}
	}
	return t
}

func (v *inventor) person(form rune) string {
	given, family := v.name(v.given), v.name(v.family)
	switch {
	case form == '^':
		return family
	case form == '~':
		return given
	}
	switch v.random.IntN(16) {
	case 0:
		return given
	case 1:
		return given[:first(given)] + ". " + family
	case 2:
		middle := v.name(v.given)
		return given + " " + middle[:first(middle)] + ". " + family
	case 3:
		return given + " " + family + "-" + v.name(v.family)
	case 4:
		return given + " " + pick(v.random, []string{"van", "von", "de", "da", "van der", "bin", "O'"}) + " " + family
	case 5:
		return strings.ToUpper(given + " " + family)
	case 6:
		return given + " " + v.name(v.given) + " " + family
	case 7:
		return given + "-" + v.name(v.given) + " " + family
	}
	return given + " " + family
}

func first(s string) int {
	_, size := utf8.DecodeRuneInString(s)
	return size
}

// unlisted is of how many names one is on no list.
var unlisted = 2

// name is one of a list, or one that is on none.
func (v *inventor) name(of []string) string {
	if v.random.IntN(unlisted) > 0 {
		return titled(pick(v.random, of))
	}
	var b strings.Builder
	for range 2 + v.random.IntN(2) {
		b.WriteString(pick(v.random, sounds))
	}
	return titled(b.String())
}

func (v *inventor) company() string {
	switch v.random.IntN(4) {
	case 0:
		return v.name(v.family) + pick(v.random, legal[2:])
	case 1:
		return v.name(v.family) + ", " + v.name(v.family) + " and " + v.name(v.family)
	case 2:
		return v.name(v.family) + "-" + v.name(v.family)
	}
	return pick(v.random, companies) + pick(v.random, legal)
}

func (v *inventor) street() string {
	number := string(rune('1'+v.random.IntN(9))) + string(rune('0'+v.random.IntN(10)))
	if v.random.IntN(2) == 0 {
		return number + " " + v.name(v.family) + pick(v.random, ways)
	}
	return v.name(v.family) + pick(v.random, ways) + " " + number
}

func titled(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}
