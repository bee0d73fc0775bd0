package staffing

// city is a place where clients have sites and candidates live. A ZIP code is
// the prefix and two digits more; the prefixes of New England and New Jersey
// begin with a zero.
type city struct {
	name, state, zip string
	weight           int
}

func cities() []city {
	return []city{
		{"Houston", "TX", "770", 30}, {"Dallas", "TX", "752", 28}, {"Austin", "TX", "787", 16}, {"San Antonio", "TX", "782", 16},
		{"Fort Worth", "TX", "761", 12}, {"El Paso", "TX", "799", 6}, {"Los Angeles", "CA", "900", 32}, {"San Diego", "CA", "921", 14},
		{"Sacramento", "CA", "958", 10}, {"Fresno", "CA", "937", 8}, {"Riverside", "CA", "925", 12}, {"Chicago", "IL", "606", 30},
		{"Joliet", "IL", "604", 10}, {"Peoria", "IL", "616", 5}, {"Atlanta", "GA", "303", 22}, {"Savannah", "GA", "314", 8},
		{"Columbus", "OH", "432", 16}, {"Cleveland", "OH", "441", 12}, {"Cincinnati", "OH", "452", 11}, {"Toledo", "OH", "436", 6},
		{"Indianapolis", "IN", "462", 16}, {"Fort Wayne", "IN", "468", 6}, {"Memphis", "TN", "381", 14}, {"Nashville", "TN", "372", 13},
		{"Chattanooga", "TN", "374", 5}, {"Louisville", "KY", "402", 11}, {"Charlotte", "NC", "282", 15}, {"Raleigh", "NC", "276", 11},
		{"Greensboro", "NC", "274", 7}, {"Greenville", "SC", "296", 8}, {"Jacksonville", "FL", "322", 10}, {"Tampa", "FL", "336", 13},
		{"Orlando", "FL", "328", 12}, {"Miami", "FL", "331", 14}, {"Phoenix", "AZ", "850", 18}, {"Tucson", "AZ", "857", 6},
		{"Las Vegas", "NV", "891", 9}, {"Reno", "NV", "895", 6}, {"Denver", "CO", "802", 13}, {"Salt Lake City", "UT", "841", 9},
		{"Kansas City", "MO", "641", 11}, {"St. Louis", "MO", "631", 10}, {"Omaha", "NE", "681", 6}, {"Des Moines", "IA", "503", 6},
		{"Minneapolis", "MN", "554", 12}, {"Milwaukee", "WI", "532", 9}, {"Green Bay", "WI", "543", 4}, {"Detroit", "MI", "482", 13},
		{"Grand Rapids", "MI", "495", 9}, {"Pittsburgh", "PA", "152", 9}, {"Philadelphia", "PA", "191", 14}, {"Allentown", "PA", "181", 8},
		{"Newark", "NJ", "071", 12}, {"Jersey City", "NJ", "073", 9}, {"Edison", "NJ", "088", 8}, {"New York", "NY", "100", 20},
		{"Buffalo", "NY", "142", 6}, {"Boston", "MA", "021", 14}, {"Worcester", "MA", "016", 6}, {"Springfield", "MA", "011", 5},
		{"Providence", "RI", "029", 5}, {"Hartford", "CT", "061", 6}, {"New Haven", "CT", "065", 4}, {"Manchester", "NH", "031", 4},
		{"Portland", "ME", "041", 3}, {"Burlington", "VT", "054", 2}, {"Baltimore", "MD", "212", 9}, {"Richmond", "VA", "232", 8},
		{"Seattle", "WA", "981", 13}, {"Spokane", "WA", "992", 4}, {"Portland", "OR", "972", 9}, {"Boise", "ID", "837", 5},
		{"New Orleans", "LA", "701", 6}, {"Birmingham", "AL", "352", 6}, {"Little Rock", "AR", "722", 5}, {"Oklahoma City", "OK", "731", 7},
	}
}
