// Package risk measures how easily people are found again in records: by what is
// no identifier and tells them apart together with other things all the same
// (quasi-identifiers), and what finding them tells about them (sensitive attributes).
//
// A [Table] takes attributes of records. [Table.Measure] computes the figures that the
// field knows: k-anonymity, (alpha, k), l-diversity, t-closeness, beta-likeness and
// delta-disclosure, and the risks that a prosecutor and a marketer stand for.
// [Table.Singles] lists the smallest sets of quasi-identifiers that single somebody out
// (Article 29 Working Party, Opinion 05/2014, WP216, section 2.2.2), and
// [Table.Relieve] what would make it better.
//
// A figure says how it stands against whoever knows these attributes and nothing
// else. It proves no anonymity.
package risk
