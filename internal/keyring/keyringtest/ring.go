package keyringtest

import (
	"bytes"
	"errors"
	"sync"
	"testing"

	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/safeconduct/safeconduct/internal/keyring"
)

// A Place is an empty store of rows, with a wrapping key and another one.
type Place struct {
	Open       func() keyring.Rows // again and again, beside or after each other
	Key, Other tink.AEADWithContext
}

func (p Place) ring() *keyring.Ring { return keyring.NewRing(p.Open(), p.Key) }

// Ring runs the suite of the rings over a store.
func Ring(t *testing.T, start func(t *testing.T) Place) {
	for name, test := range map[string]func(*testing.T, Place){
		"WhatIsSealedOpensAlsoAfterReopening":            ringOpens,
		"WhatIsSealedOpensUnderNoOtherScopeOrLabel":      ringBinds,
		"AChangedCutOrLongerSealIsRefused":               ringTamper,
		"AnotherWrappingKeyOpensNothing":                 ringOtherKey,
		"ARowPutInAnothersPlaceOpensNothing":             ringMovedRow,
		"MakingTwiceKeepsThePair":                        ringMakeTwice,
		"SealingNeedsNoWrappingKey":                      ringSealAlone,
		"AForgottenSideIsForgottenForGood":               ringForget,
		"AnotherProcessStopsOpeningWhenASideIsForgotten": ringForgetCached,
		"ForgettingASideLeavesTheOthers":                 ringForgetOne,
		"AForgottenMigrationIsForgottenForGood":          ringForgetMigration,
		"AScopeThatCouldBeMistakenIsRefused":             ringScopes,
		"ReferencesAreStableAndLeadBack":                 indexRefs,
		"MarkersAreShortAndNobodyElses":                  indexMarkers,
		"DigestsCompareWithinAMigrationOnly":             indexDigests,
		"PseudonymsAreStableWithinAMigrationOnly":        pseudonymsStable,
		"ManyWhoAskForAnIndexAtOnceGetTheSame":           indexRace,
		"NothingOfAKeyIsPrintedWhateverTheVerb":          printsNothing,
	} {
		t.Run(name, func(t *testing.T) { test(t, start(t)) })
	}
}

var (
	secret = []byte("the key of a segment")
	label  = []byte("segment 12")
)

func sealed(t *testing.T, r *keyring.Ring) []byte {
	t.Helper()
	mustMake(t, r, side)
	b, err := r.Seal(t.Context(), side, secret, label)
	if err != nil {
		t.Fatalf("seal: %v", err)
	}
	return b
}

func mustMake(t *testing.T, r *keyring.Ring, s keyring.Scope) {
	t.Helper()
	if err := r.Make(t.Context(), s); err != nil {
		t.Fatalf("make: %v", err)
	}
}

func opens(t *testing.T, r keyring.Opener, b []byte) {
	t.Helper()
	got, err := r.Open(t.Context(), side, b, label)
	if err != nil || !bytes.Equal(got, secret) {
		t.Errorf("open: %q, %v, want %q", got, err, secret)
	}
}

// fails checks that opening fails with the error and gives nothing.
func fails(t *testing.T, r keyring.Opener, s keyring.Scope, b, label []byte, want error) {
	t.Helper()
	got, err := r.Open(t.Context(), s, b, label)
	if !errors.Is(err, want) || got != nil {
		t.Errorf("open under %s: %q, %v, want %v", s, got, err, want)
	}
}

func ringOpens(t *testing.T, p Place) {
	r := p.ring()
	b := sealed(t, r)
	if bytes.Contains(b, secret) {
		t.Error("the secret lies in the open")
	}
	opens(t, r, b)
	opens(t, r, b) // from memory
	opens(t, p.ring(), b)
	opens(t, keyring.NewOpener(p.Open(), p.Key), b)
}

func ringBinds(t *testing.T, p Place) {
	r := p.ring()
	b := sealed(t, r)
	fails(t, r, side, b, []byte("segment 13"), keyring.ErrRefused)
	fails(t, r, side, b, nil, keyring.ErrRefused)
	for _, o := range others() {
		fails(t, r, o, b, label, keyring.ErrForgotten) // nobody made it
		mustMake(t, r, o)
		fails(t, r, o, b, label, keyring.ErrRefused)
	}
}

func ringTamper(t *testing.T, p Place) {
	r := p.ring()
	b := sealed(t, r)
	for i := range b {
		fails(t, r, side, flip(b, i), label, keyring.ErrRefused)
		fails(t, r, side, b[:i], label, keyring.ErrRefused)
	}
	fails(t, r, side, append(bytes.Clone(b), 0), label, keyring.ErrRefused)
	fails(t, r, side, nil, label, keyring.ErrRefused)
}

func ringOtherKey(t *testing.T, p Place) {
	b := sealed(t, p.ring())
	fails(t, keyring.NewRing(p.Open(), p.Other), side, b, label, keyring.ErrRefused)
}

// ringMovedRow is what somebody could try who may write rows and unwrap the
// clean side only: hand in the raw row as a clean one.
func ringMovedRow(t *testing.T, p Place) {
	b := sealed(t, p.ring())
	rows := p.Open()
	public, _ := rows.Public(t.Context(), side)
	wrapped, _ := rows.Wrapped(t.Context(), side)
	for _, o := range others() {
		if err := rows.Put(t.Context(), o, public, wrapped); err != nil {
			t.Fatal(err)
		}
		fails(t, p.ring(), o, b, label, keyring.ErrRefused)
	}
}

func ringMakeTwice(t *testing.T, p Place) {
	r := p.ring()
	b := sealed(t, r)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if err := p.ring().Make(t.Context(), side); err != nil {
				t.Errorf("make: %v", err)
			}
		})
	}
	all.Wait()
	opens(t, p.ring(), b)
}

func ringSealAlone(t *testing.T, p Place) {
	r := p.ring()
	mustMake(t, r, side)
	b, err := keyring.NewSealer(p.Open()).Seal(t.Context(), side, secret, label)
	if err != nil {
		t.Fatalf("seal: %v", err)
	}
	opens(t, r, b)
}

func ringForget(t *testing.T, p Place) {
	r := p.ring()
	b := sealed(t, r)
	opens(t, r, b)
	if err := keyring.NewForgetter(p.Open()).Forget(t.Context(), side); err != nil {
		t.Fatalf("forget: %v", err)
	}
	for _, r := range []*keyring.Ring{r, p.ring()} {
		forgotten(t, r, side, b)
	}
}

func forgotten(t *testing.T, r *keyring.Ring, s keyring.Scope, b []byte) {
	t.Helper()
	fails(t, r, s, b, label, keyring.ErrForgotten)
	if _, err := r.Seal(t.Context(), s, secret, label); !errors.Is(err, keyring.ErrForgotten) {
		t.Errorf("seal to %s: %v, want ErrForgotten", s, err)
	}
	if err := r.Make(t.Context(), s); !errors.Is(err, keyring.ErrForgotten) {
		t.Errorf("make %s: %v, want ErrForgotten", s, err)
	}
	fails(t, r, s, b, label, keyring.ErrForgotten)
}

func ringForgetCached(t *testing.T, p Place) {
	here, there := p.ring(), p.ring()
	b := sealed(t, here)
	opens(t, there, b)
	if err := here.Forget(t.Context(), side); err != nil {
		t.Fatalf("forget: %v", err)
	}
	fails(t, there, side, b, label, keyring.ErrForgotten)
}

func ringForgetOne(t *testing.T, p Place) {
	r := p.ring()
	b := sealed(t, r)
	for _, o := range others() {
		mustMake(t, r, o)
		if err := r.Forget(t.Context(), o); err != nil {
			t.Fatalf("forget: %v", err)
		}
	}
	opens(t, r, b)
}

func ringForgetMigration(t *testing.T, p Place) {
	r := p.ring()
	b := sealed(t, r)
	mustIndex(t, r, "t1", "m1")
	mustIndex(t, r, "t1", "m2")
	if err := r.ForgetMigration(t.Context(), "t1", "m1"); err != nil {
		t.Fatalf("forget: %v", err)
	}
	fresh := side
	fresh.Run = "r0002"
	for _, r := range []*keyring.Ring{r, p.ring()} {
		forgotten(t, r, side, b)
		forgotten(t, r, fresh, b)
		if _, err := r.Index(t.Context(), "t1", "m1"); !errors.Is(err, keyring.ErrForgotten) {
			t.Errorf("index: %v, want ErrForgotten", err)
		}
		if _, err := r.Pseudonyms(t.Context(), "t1", "m1"); !errors.Is(err, keyring.ErrForgotten) {
			t.Errorf("pseudonyms: %v, want ErrForgotten", err)
		}
		mustIndex(t, r, "t1", "m2")
	}
}

func ringScopes(t *testing.T, p Place) {
	r := p.ring()
	for _, s := range []keyring.Scope{
		{},
		{Tenant: "t1", Migration: "m1", Side: keyring.Raw},
		{Tenant: "t1", Migration: "m1", Run: "r0001", Side: "index"},
		{Tenant: "t1", Migration: "m1", Side: "ref"},
		{Tenant: "t1/m1", Migration: "m1", Run: "r0001", Side: keyring.Raw},
		{Tenant: "t1", Migration: `m1","run":"r9`, Run: "r0001", Side: keyring.Raw},
		{Tenant: "t1", Migration: "m1", Run: "r\xff", Side: keyring.Raw},
	} {
		if r.Make(t.Context(), s) == nil || r.Forget(t.Context(), s) == nil {
			t.Errorf("scope %q was taken", s)
		}
		if _, err := r.Seal(t.Context(), s, secret, label); err == nil {
			t.Errorf("scope %q was sealed to", s)
		}
	}
}
