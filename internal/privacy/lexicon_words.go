package privacy

// grammarWords are the words of English and German by what they do in a sentence.
// They are closed classes, or conventions of letters and of help desks; nothing
// here was taken from the data that the engine is measured with.
var grammarWords = map[grammar]string{
	isTitle: `mr mrs ms miss mx dr prof professor sir madam herr herrn frau fräulein hr fr dipl ing mag
		sr sra mme mlle doctor doktor pastor pfarrer rev reverend dame lord lady captain rabbi`,
	isGreeting: `hi hello hey dear hallo hej moin servus liebe lieber liebes liebste geehrte geehrter geehrten werte werter
		guten gruezi grüezi ciao hola bonjour`,
	isClosing: `regards cheers thanks sincerely best yours grüße grüßen gruß grüsse lg mfg vg danke hochachtungsvoll
		faithfully truly wishes greetings thankfully gruessen servus`,
	isRole: `colleague colleagues coworker manager boss supervisor assistant secretary customer client user patient patientin
		contact agent rep representative technician engineer caller requester owner employee member student teacher tenant
		landlord guest subscriber buyer seller driver nurse doctor wife husband son daughter mother father brother sister
		kollege kollegen kollegin kolleginnen chef chefin kunde kunden kundin mitarbeiter mitarbeiterin mitarbeiterinnen
		ansprechpartner ansprechpartnerin nutzer nutzerin benutzer benutzerin techniker technikerin leiter leiterin
		geschäftsführer geschäftsführerin assistent assistentin mieter mieterin vermieter vermieterin schüler schülerin
		student studentin lehrer lehrerin patienten gast fahrer fahrerin mann sohn tochter mutter vater bruder schwester
		namens name named`,
	isToPerson: `told ask asked tell told email emailed contact contacted call called phone phoned forward forwarded assign assigned
		cc ccing meet met thank thanks with to from by for give gave sent via according per attn att 		laut von mit an bei für durch fragen gefragt fragte frage geben gebe gab sprechen gesprochen sprach
		informieren informiert kontaktieren kontaktiert danke zhd hd sagte sagen rufen bitten bat gez `,
	isBySpeaker: `told said says say wrote writes asked asks called mentioned mentions confirmed confirms reported reports replied
		replies answered answers explained explains suggested suggests needs needed thinks thought 		sent sends gave gives works worked sees saw knows knew agreed promised requested
		sagt sagte schrieb schreibt meint meinte fragt fragte bat bittet wollte 		bekommt bekam sieht sah weiß wusste braucht brauchte bestätigt bestätigte berichtet berichtete erklärt erklärte
		antwortet antwortete ruft rief arbeitet`,
	isDeterminer: `der die das den dem des ein eine einen einem einer eines kein keine keinen keinem keiner im am vom zum zur beim ins ans
		dieser diese dieses diesen diesem jeder jede jedes jeden jedem welcher welche welches mein meine meinen meinem meiner
		dein deine deinen sein seine seinen seinem seiner ihr ihre ihren ihrem ihrer unser unsere unseren unserem unserer euer eure
		manche mancher alle allen aller beide beiden viele vielen mehrere einige
		the this that these those my your his her its our their every each some any no another which what`,
	isPeriod: `in since until till by from during before after this last next early late mid end of on every
		im seit bis ab anfang mitte ende vor nach`,
	isMonth: `january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept
		oct nov dec januar jänner februar märz mai juni juli oktober dezember okt dez mrz
		monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag`,
	isNobody: `team all everyone everybody there folks guys sir sirs madam support colleagues customer customers friend friends both
		again world hiring helpdesk admin sales service services zusammen alle leute kollegen kolleginnen damen herren damen kunde kunden
		kundin kundinnen nutzer mitglied mitglieder freunde freund ihr euch miteinander community group crew staff user users sirs
		valued tag morgen abend mittag nachmittag welt ladies gentlemen`,
	isFunction: `the a an and or but if then else when while where who whom whose why how what which that this these those there here
		i me my we us our you your he him his she her it its they them their is are was were be been being am do does did done doing
		have has had having will would can could shall should may might must not no yes ok okay please thanks thank of in on at to from by
		with without for about into over under after before since until as so than too very just also only both each every all any some
		more most other another such own same now still yet again once never always often error issue problem ticket order invoice
		subject re fw fwd aw wg date from sent cc bcc
		der die das den dem des ein eine einen einem einer eines und oder aber wenn dann sonst als wie wo wer wem wen wessen warum was
		welche welcher welches dass dieser diese dieses ich mich mir mein wir uns unser du dich dir dein er ihn ihm sein sie ihr ihre ihnen es
		man ist sind war waren sein gewesen bin bist hat haben hatte hatten habe wird werden wurde wurden worden würde kann können konnte
		soll sollte muss müssen darf dürfen mag möchte nicht kein keine nein ja bitte danke von in im an am auf zu zum zur aus bei beim mit
		ohne für über unter nach vor seit bis so auch nur noch schon immer wieder hier da dort jetzt sehr mehr alle alles jeder
		betreff datum gesendet fehler problem auftrag rechnung`,
	isReplacement: `person p masked`,
	isData:        `data`,
	isPassword:    `password passwort passwd passphrase pwd pw kennwort passcode pin losungswort zugangscode pass geheimzahl`,
	isSecret: `token key keys secret apikey accesskey secretkey schlüssel geheimnis bearer authorization session sessionid sid auth jwt credential
		credentials signature sig code otp csrf nonce hash`,
	isScheme: `sk pk rk ghp gho ghu ghs ghr github glpat xoxb xoxp xoxa xoxr xoxs xapp npm pypi hf sg shpat shpss shpca shppa dop
		dapi key rpa whsec eaaa lin figd pat dckr atlasv glsa oy2 rubygems sntrys tfp age ops nvapi gsk pplx sbp
		ptla pmak hvs hvb hvr tskey amzn`,
	isBegin:    `begin`,
	isUnit:     `psc cmr apt apartment suite ste unit flat studio floor fl room rm building bldg lot trlr spc no top stiege tür stock etage wohnung`,
	isState:    `al ak az ar ca co ct de fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm ny nc nd oh ok or pa ri sc sd tn tx ut vt va wa wv wi wy dc pr gu vi as mp aa ae ap`,
	isBox:      `po p postfach`,
	isCode:     `bic swift kennzeichen nummernschild plate`,
	isHas:      `has had hat hatte haben`,
	isPronoun:  `me us him her them mir uns ihm ihr ihnen dir mich ihn`,
	isEnglish:  `the this that these those my your his its our their every each some any no another which what`,
	isParticle: `van von der den de del della di da dos du la le el al bin ibn ter ten zu zum zur vom und y e mac st`,
	isLegalForm: `gmbh mbh ag kg kgaa ohg gbr ug ek ev eg se inc incorporated llc llp lp ltd limited plc corp corporation co company sa
		sas sarl srl spa bv nv ab as oy aps pty group holding holdings`,
	isMailbox: `info marketing sales support abuse noc security postmaster hostmaster webmaster usenet news www uucp ftp admin
		administrator office mail email contact kontakt hello hallo help helpdesk service services billing accounts accounting
		buchhaltung rechnung rechnungen vertrieb einkauf verkauf bestellung bestellungen orders order team noreply reply it hr
		jobs career karriere bewerbung press presse privacy datenschutz legal root test user kunde kunden customer customers
		reception empfang zentrale verwaltung sekretariat shop store returns feedback`,
}
