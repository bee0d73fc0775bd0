package staffing

// phrases are the parts of prose that belong to a segment and not to one
// occupation.
type phrases struct {
	strengths []string // end a candidate's summary, as whole sentences
	shifts    []string // a job's working hours
	demands   []string // end a job description, as whole sentences
}

func segmentPhrases() map[segment]phrases {
	return map[segment]phrases{
		industrial: {
			strengths: list(`Reliable attendance and own transportation; Works safely and keeps the area clean; Comfortable on nights, weekends and overtime;
				Used to production targets and standing for full shifts; Quick to learn new equipment and cross-train others; Clean safety record on every assignment`),
			shifts: list("1st shift, 6:00-14:30; 2nd shift, 14:00-22:30; 3rd shift, 22:00-6:30; Weekend shift, 12 hours"),
			demands: list(`Steel-toe boots are required on the floor; You must lift 50 pounds and stand for the whole shift;
				Overtime is offered before the holidays; A pre-employment drug screen applies; The site is on a bus line`),
		},
		office: {
			strengths: list(`Courteous on the phone and accurate under deadlines; Types 60 words a minute and learns new systems quickly;
				Keeps confidential records in order; Bilingual in English and Spanish; Known for calm service on busy days; Organized, punctual and discreet`),
			shifts: list("Monday to Friday, 8:00-17:00; Monday to Friday, 9:00-18:00; Rotating day shifts; Part-time mornings"),
			demands: list(`Business casual dress; A background check applies; Training is paid and starts on the first Monday;
				The role may become permanent after 90 days; Hybrid schedules are possible after training`),
		},
		professional: {
			strengths: list(`Explains numbers and rules in plain language; Experienced in interim assignments and system conversions;
				Works independently with senior stakeholders; Delivers on tight reporting deadlines; Detail-oriented, with sound judgement; Comfortable in hybrid teams`),
			shifts: list("Monday to Friday, 8:30-17:30; Flexible hours, core time 10:00-15:00; Hybrid, three days on site"),
			demands: list(`The assignment covers a busy season and may extend; References from two managers are required;
				You will report to a director; Hybrid work is possible; Experience in a regulated company is a plus`),
		},
		technical: {
			strengths: list(`Writes clear documentation and shares knowledge; Enjoys root-cause work on hard problems; Used to working in small cross-functional teams;
				Comfortable with on-call rotations; Careful with change control and testing; Experienced in contract and contract-to-hire work`),
			shifts: list("Monday to Friday, flexible start; Hybrid, two days on site; Monday to Friday, 8:00-16:30"),
			demands: list(`You will join a team of six and report to the technical lead; Candidates complete a short technical interview;
				The contract runs six months with likely extension; Travel is below ten percent; Some work needs a background check`),
		},
		health: {
			strengths: list(`Compassionate with patients and families; Calm in emergencies and careful with documentation;
				Open to nights, weekends and float assignments; Immunizations and background checks are current; Experienced with high patient volumes; Works well with multidisciplinary teams`),
			shifts: list("Days, 7:00-19:00; Nights, 19:00-7:00; Monday to Friday, clinic hours; Every other weekend, 12 hours"),
			demands: list(`Current license and BLS card are required at the start; Immunization records are checked before the first shift;
				The assignment is 13 weeks; Epic or PointClickCare experience is preferred; Uniforms are provided`),
		},
	}
}
