package staffing

// Given and family names are common ones in the United States, joined at
// random: none stands for a person.

func givenNames() []string {
	return list(`James; Mary; Robert; Patricia; John; Jennifer; Michael; Linda; David; Elizabeth; William; Barbara;
		Richard; Susan; Joseph; Jessica; Thomas; Sarah; Carlos; Karen; Charles; Lisa; Christopher; Nancy; Daniel; Sandra;
		Matthew; Ashley; Anthony; Emily; Mark; Kimberly; Donald; Donna; Steven; Michelle; Andrew; Carol; Paul; Amanda;
		Joshua; Melissa; Kenneth; Deborah; Kevin; Stephanie; Brian; Rebecca; Timothy; Laura; Ronald; Sharon; Jason; Cynthia;
		George; Dorothy; Edward; Amy; Jeffrey; Kathleen; Ryan; Angela; Jacob; Shirley; Nicholas; Brenda; Gary; Emma;
		Eric; Anna; Jonathan; Pamela; Stephen; Nicole; Larry; Samantha; Justin; Katherine; Scott; Christine; Brandon; Helen;
		Benjamin; Debra; Samuel; Rachel; Gregory; Carolyn; Alexander; Janet; Patrick; Maria; Frank; Catherine; Raymond; Heather;
		Jack; Diane; Dennis; Olivia; Jerry; Julie; Tyler; Joyce; Aaron; Victoria; Jose; Ruth; Adam; Virginia; Nathan; Lauren;
		Henry; Kelly; Zachary; Christina; Douglas; Joan; Peter; Evelyn; Kyle; Judith; Noah; Andrea; Ethan; Hannah; Jeremy; Megan;
		Luis; Alicia; Miguel; Rosa; Juan; Carmen; Jorge; Gloria; Pedro; Ana; Diego; Lucia; Rafael; Elena; Marcus; Tamika;
		Darnell; Keisha; Andre; Latoya; Malik; Imani; Terrence; Ebony; Wei; Mei; Minh; Linh; Hiro; Yuki; Raj; Priya;
		Arjun; Anjali; Omar; Fatima; Ahmed; Layla; Ivan; Olga; Pavel; Irina; Tomas; Marta; Kwame; Ama; Emeka; Ngozi`)
}

func familyNames() []string {
	return list(`Smith; Johnson; Williams; Brown; Jones; Garcia; Miller; Davis; Rodriguez; Martinez; Hernandez; Lopez;
		Gonzalez; Wilson; Anderson; Thomas; Taylor; Moore; Jackson; Martin; Lee; Perez; Thompson; White; Harris; Sanchez;
		Clark; Ramirez; Lewis; Robinson; Walker; Young; Allen; King; Wright; Scott; Torres; Nguyen; Hill; Flores; Green;
		Adams; Nelson; Baker; Hall; Rivera; Campbell; Mitchell; Carter; Roberts; Gomez; Phillips; Evans; Turner; Diaz; Parker;
		Cruz; Edwards; Collins; Reyes; Stewart; Morris; Morales; Murphy; Cook; Rogers; Gutierrez; Ortiz; Morgan; Cooper;
		Peterson; Bailey; Reed; Kelly; Howard; Ramos; Kim; Cox; Ward; Richardson; Watson; Brooks; Chavez; Wood; James; Bennett;
		Gray; Mendoza; Ruiz; Hughes; Price; Alvarez; Castillo; Sanders; Patel; Myers; Long; Ross; Foster; Jimenez; Powell;
		Jenkins; Perry; Russell; Sullivan; Bell; Coleman; Butler; Henderson; Barnes; Gonzales; Fisher; Vasquez; Simmons; Romero;
		Jordan; Patterson; Alexander; Hamilton; Graham; Reynolds; Griffin; Wallace; Moreno; West; Cole; Hayes; Bryant; Herrera;
		Gibson; Ellis; Tran; Medina; Aguilar; Stevens; Murray; Ford; Castro; Marshall; Owens; Harrison; Fernandez; McDonald;
		Woods; Washington; Kennedy; Wells; Vargas; Henry; Chen; Freeman; Webb; Tucker; Guzman; Burns; Crawford; Olson; Simpson;
		Porter; Hunter; Gordon; Mendez; Silva; Shaw; Snyder; Mason; Dixon; Munoz; Hunt; Hicks; Holmes; Palmer; Wagner; Black;
		Robertson; Boyd; Stone; Salazar; Fox; Warren; Mills; Meyer; Rice; Schmidt; Garza; Daniels; Ferguson; Nichols; Stephens;
		Soto; Weaver; Ryan; Gardner; Payne; Grant; Dunn; Kelley; Spencer; Hawkins; Arnold; Pierce; Hansen; Peters; Santos; Hart;
		Bradley; Knight; Elliott; Cunningham; Duncan; Armstrong; Hudson; Carroll; Lane; Riley; Andrews; Alvarado; Ray; Delgado;
		Berry; Perkins; Hoffman; Johnston; Matthews; Pena; Richards; Contreras; Willis; Carpenter; Lawrence; Sandoval; Okafor;
		O'Brien; O'Connor; Singh; Sharma; Khan; Ali; Wang; Li; Zhang; Park; Choi; Yamamoto; Kowalski; Novak; Petrov; Mensah`)
}

// companyWords are the two halves of a company's stem: every first word goes
// with every second one, which gives 720 stems.
func companyWords() (first, second []string) {
	first = list(`Alder; Amber; Ashford; Birch; Bluff; Cedar; Cinder; Copper; Dover; Eagle; Ember; Fairfax;
		Falcon; Granite; Harbor; Hazel; Iron; Juniper; Keystone; Lark; Linden; Maple; Mesa; Northfield;
		Oak; Orchard; Pine; Prairie; Quarry; Redwood; River; Sable; Silver; Summit; Willow; Winter`)
	second = list(`Creek; Ridge; Hollow; Point; Valley; Bridge; Landing; Grove; Crossing; Field;
		Brook; Mill; Harbour; Gate; Bend; Forge; Park; Peak; Shore; Run`)
	return first, second
}
