package main

import (
	"fmt"
	"path/filepath"
)

// A set is data of others, with its names of kinds.
type set struct {
	file  string
	types map[string]string // to ours
	note  string
}

var sets = []set{
	{"presidio_synth_v2.dev.jsonl.gz", map[string]string{"PERSON": "PERSON", "STREET_ADDRESS": "ADDRESS", "CREDIT_CARD": "CARD", "PHONE_NUMBER": "PHONE",
		"EMAIL_ADDRESS": "EMAIL", "IBAN_CODE": "IBAN", "US_SSN": "SSN", "IP_ADDRESS": "IP"}, ""},
	{"uner_en_ewt.dev.jsonl.gz", map[string]string{"PER": "PERSON"}, ""},
	{"paed_technology.dev.jsonl.gz", map[string]string{"PERSON_NAME": "PERSON", "IP_ADDRESS": "IP", "EMAIL_ADDRESS": "EMAIL", "PHONE_NUMBER": "PHONE",
		"STREET_ADDRESS": "ADDRESS", "SOCIAL_SECURITY_NUMBER": "SSN", "MAC_ADDRESS": "MAC", "PASSWORD": "PASSWORD", "API_KEY": "KEY",
		"MEDICAL_RECORD_NUMBER": "MRN", "BANK_ACCOUNT_NUMBER": "ACCOUNT"}, "phone numbers and MAC addresses in part without a label: look at recall"},
	{"paed_format.dev.jsonl.gz", map[string]string{"PERSON_NAME": "PERSON", "EMAIL_ADDRESS": "EMAIL", "PHONE_NUMBER": "PHONE", "STREET_ADDRESS": "ADDRESS",
		"SOCIAL_SECURITY_NUMBER": "SSN", "IBAN": "IBAN", "SWIFT_BIC_CODE": "BIC", "DATE_OF_BIRTH": "DOB", "MEDICAL_RECORD_NUMBER": "MRN", "TAX_ID": "US_EIN"},
		"phone numbers in part without a label: look at recall"},
}

// prose scores the engine on texts without records.
func prose(folder string, tagger bool, misses int) error {
	for _, of := range sets {
		samples, err := read(filepath.Join(folder, of.file))
		if err != nil {
			return err
		}
		for i := range samples {
			samples[i].Spans = renamed(samples[i].Spans, of.types)
		}
		found, err := engine(samples, false, tagger)
		if err != nil {
			return err
		}
		r := newResult()
		for i, s := range samples {
			r.add(s, found[i])
		}
		fmt.Printf("\n%s, mode: no record, no account, %s %s\n", of.file, mode(tagger), of.note)
		r.print()
		r.show(misses)
	}
	return nil
}

// renamed maps types of a set to ours; those that we have none for are only there to
// be masked or not.
func renamed(all []mention, types map[string]string) []mention {
	for i, m := range all {
		if to, ok := types[m.Type]; ok {
			all[i].Type = to
		} else {
			all[i].Type = "(" + m.Type + ")"
		}
	}
	return all
}
