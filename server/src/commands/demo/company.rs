//! The company of the demo: its offices with the names people have there, its departments with their titles.

/// A place of work.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Office {
    pub(super) city: &'static str,
    /// ISO 3166-1.
    pub(super) country: &'static str,
    /// A language tag (BCP 47).
    pub(super) language: &'static str,
    /// The start of its telephone numbers.
    pub(super) dial: &'static str,
    pub(super) given: [&'static str; NAMES],
    pub(super) family: [&'static str; NAMES],
}

#[derive(Debug)]
pub(super) struct Department {
    pub(super) name: &'static str,
    /// From the first job to the last.
    pub(super) titles: [&'static str; 4],
}

pub(super) const NAMES: usize = 16;

#[rustfmt::skip]
pub(super) const OFFICES: [Office; 10] = [
    Office { city: "San Jose", country: "US", language: "en-US", dial: "+1 408 555",
        given: ["Ava", "Marcus", "Chloe", "Jordan", "Naomi", "Tyler", "Grace", "Caleb", "Maya", "Derek", "Hannah", "Isaac", "Brooke", "Wesley", "Joanna", "Malik"],
        family: ["Bennett", "Carter", "Delgado", "Ellison", "Foster", "Grayson", "Holloway", "Jefferson", "Kendrick", "Lawson", "Mercer", "Norris", "Porter", "Sawyer", "Thornton", "Whitaker"] },
    Office { city: "London", country: "GB", language: "en-GB", dial: "+44 20 7946",
        given: ["Imogen", "Rhys", "Priya", "Alistair", "Fiona", "Gareth", "Beatrix", "Callum", "Zadie", "Edmund", "Niamh", "Rupert", "Saoirse", "Owen", "Harriet", "Kwame"],
        family: ["Ashworth", "Barlow", "Cavendish", "Doherty", "Fairclough", "Gallagher", "Hargreaves", "Kendall", "Llewellyn", "Macdonald", "O'Brien", "Pemberton", "Radcliffe", "Stirling", "Treharne", "Wainwright"] },
    Office { city: "Berlin", country: "DE", language: "de-DE", dial: "+49 30 5557",
        given: ["Anneliese", "Björn", "Clara", "Dieter", "Friederike", "Günther", "Heike", "Jürgen", "Katharina", "Lukas", "Mareike", "Niklas", "Renate", "Stefan", "Ulrike", "Wolfgang"],
        family: ["Albrecht", "Böhm", "Dietrich", "Engelhardt", "Fuchs", "Großmann", "Hoffmann", "Jäger", "Krüger", "Lindemann", "Möller", "Neumann", "Pfeiffer", "Schröder", "Vogel", "Zimmermann"] },
    Office { city: "Paris", country: "FR", language: "fr-FR", dial: "+33 1 99 00",
        given: ["Aurélie", "Benoît", "Camille", "Didier", "Éloïse", "François", "Gaëlle", "Hugo", "Inès", "Jérôme", "Lucie", "Mathis", "Noémie", "Olivier", "Solène", "Théo"],
        family: ["Bertrand", "Chevalier", "Deschamps", "Fournier", "Gauthier", "Hébert", "Lacroix", "Lefèvre", "Marchand", "Nicolas", "Perrin", "Renaud", "Roussel", "Simonet", "Thibault", "Vasseur"] },
    Office { city: "Madrid", country: "ES", language: "es-ES", dial: "+34 91 555",
        given: ["Alba", "Bruno", "Carmen", "Diego", "Elena", "Fernando", "Gonzalo", "Irene", "Javier", "Lucía", "Marta", "Nicolás", "Pilar", "Raúl", "Sofía", "Tomás"],
        family: ["Álvarez", "Benítez", "Castillo", "Domínguez", "Escudero", "Fuentes", "García", "Herrera", "Ibáñez", "Jiménez", "Lozano", "Muñoz", "Ortega", "Ramírez", "Salazar", "Velasco"] },
    Office { city: "Warsaw", country: "PL", language: "pl-PL", dial: "+48 22 555",
        given: ["Agnieszka", "Bartosz", "Dorota", "Filip", "Grażyna", "Hubert", "Iwona", "Jakub", "Kasia", "Łukasz", "Magda", "Paweł", "Rafał", "Sylwia", "Tomasz", "Zofia"],
        family: ["Adamczyk", "Bąk", "Czarnecka", "Dąbrowska", "Gajewska", "Jabłońska", "Kowalczyk", "Lewandowicz", "Mazur", "Nowak", "Pawlak", "Sikora", "Szymczak", "Walczak", "Wróbel", "Zając"] },
    Office { city: "Singapore", country: "SG", language: "en-SG", dial: "+65 6555",
        given: ["Wei Ling", "Jun Hao", "Mei Xin", "Kai Wen", "Hui Min", "Zhi Hao", "Xin Yi", "Yong Sheng", "Li Ting", "Jia Hui", "Boon Keng", "Siew Lan", "Ming Jie", "Shu Fen", "Chun Kiat", "Pei Shan"],
        family: ["Tan", "Lim", "Lee", "Ng", "Ong", "Wong", "Goh", "Chua", "Chan", "Koh", "Teo", "Ang", "Yeo", "Sim", "Ho", "Low"] },
    Office { city: "Bengaluru", country: "IN", language: "en-IN", dial: "+91 80 5550",
        given: ["Aarav", "Bhavana", "Chirag", "Deepika", "Esha", "Gautam", "Harini", "Ishaan", "Kavya", "Lakshmi", "Manoj", "Nandini", "Rohan", "Shreya", "Tejas", "Vidya"],
        family: ["Acharya", "Bhat", "Chatterjee", "Desai", "Gowda", "Hegde", "Iyer", "Joshi", "Kulkarni", "Menon", "Nair", "Pillai", "Rao", "Sharma", "Varma", "Yadav"] },
    Office { city: "Tokyo", country: "JP", language: "ja-JP", dial: "+81 3 5550",
        given: ["Akari", "Daichi", "Emi", "Fumiko", "Haruto", "Itsuki", "Kaori", "Makoto", "Naoki", "Rina", "Satoshi", "Takumi", "Umeko", "Yui", "Yusuke", "Misaki"],
        family: ["Aoki", "Fujita", "Hasegawa", "Inoue", "Kimura", "Kobayashi", "Maeda", "Mori", "Nakamura", "Ogawa", "Saito", "Shimizu", "Takahashi", "Ueda", "Watanabe", "Yoshida"] },
    Office { city: "São Paulo", country: "BR", language: "pt-BR", dial: "+55 11 5550",
        given: ["Adriana", "Caio", "Débora", "Eduardo", "Flávia", "Gustavo", "Helena", "Ícaro", "Juliana", "Leandro", "Mônica", "Otávio", "Patrícia", "Rodrigo", "Thaís", "Vinícius"],
        family: ["Almeida", "Barbosa", "Cardoso", "Duarte", "Esteves", "Figueiredo", "Gonçalves", "Lacerda", "Machado", "Nogueira", "Oliveira", "Peixoto", "Queiroz", "Ribeiro", "Siqueira", "Teixeira"] },
];

#[rustfmt::skip]
pub(super) const DEPARTMENTS: [Department; 9] = [
    Department { name: "Engineering", titles: ["Software Engineer", "Senior Software Engineer", "Staff Engineer", "Engineering Manager"] },
    Department { name: "Product", titles: ["Associate Product Manager", "Product Manager", "Senior Product Manager", "Director of Product"] },
    Department { name: "Sales", titles: ["Sales Development Representative", "Account Executive", "Senior Account Executive", "Regional Sales Director"] },
    Department { name: "Customer Success", titles: ["Support Specialist", "Customer Success Manager", "Senior Customer Success Manager", "Head of Customer Success"] },
    Department { name: "Marketing", titles: ["Marketing Coordinator", "Content Strategist", "Campaign Manager", "Marketing Director"] },
    Department { name: "Finance", titles: ["Financial Analyst", "Senior Financial Analyst", "Controller", "Finance Director"] },
    Department { name: "People", titles: ["People Coordinator", "Recruiter", "HR Business Partner", "Head of People"] },
    Department { name: "Legal", titles: ["Paralegal", "Legal Counsel", "Senior Legal Counsel", "General Counsel"] },
    Department { name: "IT", titles: ["Service Desk Analyst", "Systems Administrator", "Identity Engineer", "IT Manager"] },
];
